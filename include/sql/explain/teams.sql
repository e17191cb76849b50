-- teams: the active teams of one user.
select
    team.id,
    team.kind,
    team.entra_id::text,
    team.name,
    member.role,
    member.since
from peoplegoal.team_member as member
inner join peoplegoal.team as team on member.team_id = team.id
where member.account_id = %(account_id)s and member.user_id = %(user_id)s and team.status = 'active'
order by team.kind, team.name, team.id;
