-- preview_changes: plan_change as it would be recorded, in its order; `team`: the name of the team that a row is about.
select
    planned.seq,
    planned.entity,
    planned.action,
    planned.user_id,
    planned.team_id,
    planned.entra_id::text,
    planned.label,
    planned.fields,
    planned.status,
    team.name as team
from plan_change as planned
cross join stage_setting as setting
left join peoplegoal.team as team on planned.team_id = team.id and setting.account_id = team.account_id
order by planned.seq;
