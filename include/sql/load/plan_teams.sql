-- plan_teams: staged teams against those of the database -> plan_team, one row per team that the plan is about.
create temporary table plan_team on commit drop as
with present as (
    select
        team.*,
        old_lead.entra_id as lead_entra_id
    from peoplegoal.team as team
    inner join stage_setting as setting on team.account_id = setting.account_id
    left join peoplegoal.app_user as old_lead on team.lead_id = old_lead.id
    where team.entra_id is not null
),

-- A report whose row was rejected is left alone, and so is the team of which they may be the last member; a manager who
-- is left alone keeps the team of the reports whom the directory gives nobody else.
sheltered as (
    select member.team_id
    from peoplegoal.team_member as member
    inner join present on member.team_id = present.id
    inner join plan_left_alone as stays on member.user_id = stays.user_id
    where present.kind = 'manager' and member.role = 'member' and stays.is_rejected
    union
    select present.id
    from plan_kept_manager as kept
    inner join plan_left_alone as stays on kept.manager_id = stays.user_id
    inner join present on stays.entra_id = present.entra_id
    where present.kind = 'manager' and present.status = 'active' and not kept.is_circle
),

paired as (
    select
        coalesce(staged.kind, present.kind) as kind,
        coalesce(staged.entra_id, present.entra_id) as entra_id,
        staged.key is not null as is_staged,
        staged.key is null and sheltered.team_id is not null as is_sheltered,
        present.id as team_id,
        present.status as old_status,
        coalesce(staged.name, present.name, staged.entra_id::text) as name,
        staged.description,
        staged.email,
        case
            when lead.entra_id is not null then lead.entra_id
            -- Nobody leads the group in the directory: the lead that it has is PeopleGoal's own.
            when staged.kind = 'group' and not setting.group_leads_owned then present.lead_entra_id
            -- Absence is no evidence, and somebody whose row was rejected or who is protected is left alone.
            when not setting.complete or old_lead.user_id is not null then present.lead_entra_id
        end as lead_entra_id,
        jsonb_build_object(
            'name', present.name,
            'description', present.description,
            'email', present.email,
            'lead', present.lead_entra_id
        ) as old_values
    from stage_team as staged
    full join present on staged.kind = present.kind and staged.entra_id = present.entra_id
    cross join stage_setting as setting
    left join plan_user as lead on staged.lead_entra_id = lead.entra_id and lead.is_active
    left join plan_left_alone as old_lead on present.lead_id = old_lead.user_id
    left join sheltered on present.id = sheltered.team_id
    where
        staged.key is not null
        or (
            setting.may_leave
            and present.status = 'active'
            and not (setting.no_groups and present.kind = 'group')
        )
)

select
    paired.kind || ':' || paired.entra_id as team_key,
    paired.kind,
    paired.entra_id,
    paired.team_id,
    paired.name,
    paired.description,
    paired.email,
    paired.lead_entra_id,
    paired.is_sheltered,
    coalesce(difference.fields, '{}') as fields,
    case
        when paired.team_id is null then 'create'
        when paired.is_sheltered then 'keep'
        when not paired.is_staged then 'archive'
        when paired.old_status = 'archived' then 'reactivate'
        when difference.fields is not null then 'update'
        else 'keep'
    end as action
from paired
cross join lateral (
    select
        jsonb_object_agg(
            each.key, jsonb_build_array(coalesce(paired.old_values -> each.key, 'null'), each.value)
        ) as fields
    from
        jsonb_each(
            jsonb_build_object('name', paired.name, 'lead', paired.lead_entra_id)
            || case paired.kind
                -- Of a manager's team the directory has neither: they are PeopleGoal's own.
                when 'manager' then '{}'
                else jsonb_build_object('description', paired.description, 'email', paired.email)
            end
        ) as each
    where paired.is_staged and coalesce(paired.old_values -> each.key, 'null') <> each.value
) as difference;

create index on plan_team (team_key);
create index on plan_team (team_id);
analyze plan_team;
