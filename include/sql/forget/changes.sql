-- changes: names and values of the person in the history, and the name of the team that they led. The rows stay, so
-- that every counter stays true, and of their values those that say nothing of a life: status, reason, role, ids.
with person as (
    select
        app_user.id as user_id,
        app_user.status
    from peoplegoal.app_user as app_user
    where app_user.account_id = %(account_id)s and app_user.entra_id = %(entra_id)s
),

led as (
    select team.id as team_id
    from peoplegoal.team as team
    where team.account_id = %(account_id)s and team.kind = 'manager' and team.entra_id = %(entra_id)s
),

concerned as (
    select
        change.*,
        change.entity <> 'team'
        and (
            change.entra_id = %(entra_id)s
            or change.user_id in (select person.user_id from person)
        ) as is_theirs
    from sync.change as change
    inner join sync.run as run on change.run_id = run.id
    where
        run.account_id = %(account_id)s
        and (
            change.entra_id = %(entra_id)s
            or change.user_id in (select person.user_id from person)
            or change.team_id in (select led.team_id from led)
        )
        and not exists (
            select 1 from person
            where person.status <> 'deactivated'
        )
),

erased as (
    select
        concerned.run_id,
        concerned.seq,
        case
            when concerned.is_theirs then %(label)s
            when concerned.entity = 'team' then %(team_name)s
            else concerned.label
        end as label,
        (
            select
                coalesce(
                    jsonb_object_agg(
                        each.key,
                        case
                            when each.key in ('status', 'reason', 'role', 'entra_id', 'lead') then each.value
                            else '[null, null]'
                        end
                    ),
                    '{}'
                )
            from jsonb_each(concerned.fields) as each
        ) as fields
    from concerned
)

update sync.change
set label = erased.label, fields = erased.fields
from erased
where
    change.run_id = erased.run_id
    and change.seq = erased.seq
    and (change.label, change.fields) is distinct from (erased.label, erased.fields);
