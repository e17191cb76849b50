-- apply_users: plan_user -> peoplegoal.app_user: newcomers, links, the way back, addresses, leavers. A status that
-- PeopleGoal set is left as it is.
with made as (
    insert into peoplegoal.app_user (account_id, entra_id, email, status)
    select
        setting.account_id,
        planned.entra_id,
        planned.email,
        'ready_to_invite'
    from plan_user as planned
    cross join stage_setting as setting
    where planned.action = 'create' and planned.hold is null
    order by planned.entra_id
    returning id, entra_id
)

update plan_user
set user_id = made.id
from made
where plan_user.entra_id = made.entra_id;

update peoplegoal.app_user
set
    entra_id = planned.entra_id,
    email = planned.email,
    status = case when planned.action = 'reactivate' then 'ready_to_invite' else app_user.status end,
    deactivated_at = case when planned.action = 'reactivate' then null else app_user.deactivated_at end,
    updated_at = now()
from plan_user as planned, stage_setting as setting
where
    app_user.account_id = setting.account_id
    and app_user.id = planned.user_id
    and planned.is_active
    and planned.action <> 'create'
    and (planned.action in ('link', 'reactivate') or planned.email is distinct from planned.old_email);

update peoplegoal.app_user
set status = 'deactivated', deactivated_at = now(), updated_at = now()
from plan_user as planned, stage_setting as setting
where
    app_user.account_id = setting.account_id
    and app_user.id = planned.user_id
    and planned.action = 'deactivate'
    and planned.hold is null;
