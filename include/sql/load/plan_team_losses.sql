-- plan_team_losses: teams that would lose more than a share of their members; people who leave and teams that are gone
-- do not count.
insert into plan_team_loss (team_key, entra_id, members, lost)
select
    team.team_key,
    team.entra_id,
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
group by team.team_key, team.entra_id, before.members
having count(*) * 100 > before.members * %(percent)s;
