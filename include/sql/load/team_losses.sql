-- team_losses: teams that lose more than a share of their members, not counting people who leave. Worst first.
select
    team.kind,
    team.entra_id::text,
    before.members,
    count(*) as lost
from plan_member as planned
inner join plan_team as team on planned.team_key = team.team_key
cross join
    lateral (
        select count(*) as members from peoplegoal.team_member as member
        where member.team_id = team.team_id
    ) as before
where
    planned.action = 'remove'
    and not planned.is_leaver
    and team.action <> 'archive'
    and before.members >= %(min_members)s
group by team.kind, team.entra_id, before.members
having count(*) * 100 > before.members * %(percent)s
order by count(*) * 1.0 / before.members desc, team.entra_id;
