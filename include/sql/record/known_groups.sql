-- known_groups: object ids of the groups that the account has teams for.
select team.entra_id::text as id
from peoplegoal.team as team
where
    team.account_id = %(account_id)s
    and team.kind = 'group'
    and team.status = 'active'
    and team.entra_id is not null;
