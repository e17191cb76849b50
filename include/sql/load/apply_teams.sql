-- apply_teams: plan_team -> peoplegoal.team: new, changed, back, archived.
with made as (
    insert into peoplegoal.team (account_id, kind, entra_id, name, description, email, lead_id)
    select
        setting.account_id,
        planned.kind,
        planned.entra_id,
        planned.name,
        planned.description,
        planned.email,
        lead.id
    from plan_team as planned
    cross join stage_setting as setting
    left join peoplegoal.app_user as lead
        on planned.lead_entra_id = lead.entra_id and lead.account_id = setting.account_id
    where planned.action = 'create'
    order by planned.team_key
    returning id, kind, entra_id
)

update plan_team
set team_id = made.id
from made
where plan_team.kind = made.kind and plan_team.entra_id = made.entra_id;

update peoplegoal.team
set
    name = planned.name,
    description = case when planned.fields ? 'description' then planned.description else team.description end,
    email = case when planned.fields ? 'email' then planned.email else team.email end,
    lead_id = case when planned.fields ? 'lead' then lead.id else team.lead_id end,
    status = 'active',
    updated_at = now()
from plan_team as planned
cross join stage_setting as setting
left join peoplegoal.app_user as lead
    on planned.lead_entra_id = lead.entra_id and lead.account_id = setting.account_id
where
    team.account_id = setting.account_id
    and team.id = planned.team_id
    and planned.action in ('update', 'reactivate');

update peoplegoal.team
set status = 'archived', updated_at = now()
from plan_team as planned, stage_setting as setting
where team.account_id = setting.account_id and team.id = planned.team_id and planned.action = 'archive';
