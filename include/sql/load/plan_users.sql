-- plan_users: everybody of the snapshot or the database -> plan_user: who they are in PeopleGoal, what becomes of them.
create temporary table plan_user on commit drop as
with newcomer as (
    select
        profile.entra_id,
        profile.email,
        count(*) over (partition by profile.email) as claims
    from stage_profile as profile
    cross join stage_setting as setting
    where
        profile.email is not null
        and not exists (
            select 1 from peoplegoal.app_user as known
            where known.account_id = setting.account_id and known.entra_id = profile.entra_id
        )
),

-- Somebody who was in PeopleGoal before the first sync. Two newcomers with one address: neither is linked.
link as (
    select
        newcomer.entra_id,
        app_user.id
    from newcomer
    cross join stage_setting as setting
    inner join peoplegoal.app_user as app_user
        on
            newcomer.email = app_user.email
            and app_user.account_id = setting.account_id
            and app_user.entra_id is null
            and app_user.status <> 'deactivated'
    where setting.match_email and newcomer.claims = 1
),

person as (
    select
        entra_id,
        label,
        state,
        reason
    from stage_person
    union all
    select
        app_user.entra_id,
        null as label,
        'absent' as state,
        'deleted' as reason
    from peoplegoal.app_user as app_user
    inner join stage_setting as setting on app_user.account_id = setting.account_id
    where
        app_user.entra_id is not null
        and app_user.status <> 'deactivated'
        and not exists (
            select 1 from stage_person as seen
            where seen.entra_id = app_user.entra_id
        )
),

known as (
    select
        person.entra_id,
        coalesce(
            person.label,
            profile.display_name,
            nullif(concat_ws(' ', profile.first_name, profile.last_name), '')
        ) as label,
        person.state,
        person.reason,
        app_user.id as user_id,
        app_user.status as old_status,
        app_user.email as old_email,
        staged.email as new_email,
        link.id is not null as is_link,
        staged.entra_id is not null as has_profile,
        setting.may_leave and person.state <> all(setting.ignored) as may_leave,
        leaver.since,
        case
            when setting.grace > interval '0 days' then coalesce(leaver.since, setting.as_of) + setting.grace
        end as leaves_at,
        setting.as_of,
        -- Without an address the comparison is null, and "not protected" with it: no day of grace would be given.
        coalesce(lower(app_user.email) = any(setting.protected), false)
        or person.entra_id::text = any(setting.protected) as is_protected
    from person
    cross join stage_setting as setting
    left join link on person.entra_id = link.entra_id
    left join peoplegoal.app_user as same
        on person.entra_id = same.entra_id and same.account_id = setting.account_id
    left join peoplegoal.app_user as app_user
        on app_user.id = coalesce(same.id, link.id) and app_user.account_id = setting.account_id
    left join sync.leaver as leaver on app_user.id = leaver.user_id and leaver.account_id = setting.account_id
    left join peoplegoal.profile as profile on app_user.id = profile.user_id
    left join stage_profile as staged on person.entra_id = staged.entra_id and person.state = 'in_scope'
),

decided as (
    select
        known.*,
        case
            when known.state = 'rejected' then 'rejected'
            when known.state = 'in_scope' and not known.has_profile then 'none'
            when known.state = 'in_scope' and known.user_id is null then 'create'
            when known.is_link then 'link'
            when known.state = 'in_scope' and known.old_status = 'deactivated' then 'reactivate'
            when known.state = 'in_scope' then 'keep'
            when known.user_id is null or known.old_status = 'deactivated' or not known.may_leave then 'none'
            when known.leaves_at > known.as_of and not known.is_protected then 'wait'
            else 'deactivate'
        end as action
    from known
)

select
    entra_id,
    coalesce(label, entra_id::text) as label,
    state,
    reason,
    user_id,
    old_status,
    old_email,
    new_email,
    -- The address that the person has after tonight; conflicts change it.
    new_email as email,
    action,
    action in ('create', 'link', 'reactivate', 'keep') as is_active,
    since as leaver_since,
    case when action = 'wait' then leaves_at end as leaves_at,
    -- Withheld, and why: 'protected', 'email_conflict' or the kind of a decision.
    case when action = 'deactivate' and is_protected then 'protected' end as hold,
    null::text as hold_reason,
    null::bigint as decision_id
from decided
where action <> 'none' or user_id is not null;

alter table plan_user add primary key (entra_id);
create index on plan_user (user_id);
analyze plan_user;
