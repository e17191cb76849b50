-- stage_stand_in_teams: reports who were given another manager belong to that manager's team, as it is named already.
with report as (
    select
        kept.entra_id,
        kept.manager_entra_id
    from plan_kept_manager as kept
    cross join stage_setting as setting
    where kept.leaver_id is not null and not kept.is_circle and setting.managers_are_teams
),

made as (
    insert into stage_team (key, kind, entra_id, name, description, email, lead_entra_id)
    select distinct
        'manager:' || team.entra_id,
        'manager',
        team.entra_id,
        team.name,
        team.description,
        team.email,
        team.entra_id as lead_entra_id
    from report
    cross join stage_setting as setting
    inner join peoplegoal.team as team
        on report.manager_entra_id = team.entra_id and team.kind = 'manager' and team.account_id = setting.account_id
    left join stage_team as staged on team.entra_id = staged.entra_id and staged.kind = 'manager'
    where staged.key is null
    returning key, entra_id
),

target as (
    select
        key,
        entra_id
    from made
    union all
    select
        key,
        entra_id
    from stage_team
    where kind = 'manager'
)

insert into stage_team_member (team_key, user_entra_id, role)
select
    target.key,
    report.entra_id,
    'member'
from report
inner join target on report.manager_entra_id = target.entra_id
union
select
    made.key,
    made.entra_id,
    'lead'
from made;
