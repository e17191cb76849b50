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
    insert into stage_team (key, kind, entra_id, name, description, email, lead_entra_id, number)
    select
        'manager:' || team.entra_id,
        'manager',
        team.entra_id,
        team.name,
        team.description,
        team.email,
        team.entra_id as lead_entra_id,
        (select coalesce(max(number), 0) from stage_team) + row_number() over (order by team.entra_id)
    from peoplegoal.team as team
    cross join stage_setting as setting
    left join stage_team as staged on team.entra_id = staged.entra_id and staged.kind = 'manager'
    where
        team.account_id = setting.account_id
        and team.kind = 'manager'
        and team.entra_id in (select report.manager_entra_id from report)
        and staged.key is null
    returning number, entra_id
),

target as (
    select
        number,
        entra_id
    from made
    union all
    select
        number,
        entra_id
    from stage_team
    where kind = 'manager'
)

insert into stage_team_member (team_number, person_number, role)
select
    target.number as team_number,
    person.number as person_number,
    'member'
from report
inner join target on report.manager_entra_id = target.entra_id
inner join stage_person as person on report.entra_id = person.entra_id
union
select
    made.number as team_number,
    person.number as person_number,
    'lead'
from made
inner join stage_person as person on made.entra_id = person.entra_id;
