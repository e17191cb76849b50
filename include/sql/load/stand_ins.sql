-- stand_ins: with `reports: to_managers_manager`, reports of a leaver get the nearest manager above who is still there,
-- and keep them until the directory names somebody.
insert into plan_kept_manager (user_id, entra_id, manager_id, manager_entra_id, leaver_id)
with recursive gone as (
    select app_user.id
    from peoplegoal.app_user as app_user
    inner join stage_setting as setting on app_user.account_id = setting.account_id
    left join plan_user as planned on app_user.id = planned.user_id
    where
        setting.reports = 'to_managers_manager'
        and (
            (app_user.status = 'deactivated' and planned.is_active is distinct from true)
            or (planned.action = 'deactivate' and planned.hold is null)
        )
),

orphan as (
    select
        planned.user_id,
        planned.entra_id,
        coalesce(former.leaver_id, profile.manager_id) as leaver_id
    from plan_user as planned
    cross join stage_setting as setting
    inner join stage_profile as staged on planned.entra_id = staged.entra_id
    inner join peoplegoal.profile as profile
        on planned.user_id = profile.user_id and profile.account_id = setting.account_id
    left join sync.stand_in as former
        on planned.user_id = former.user_id and former.account_id = setting.account_id
    left join plan_user as boss on staged.manager_entra_id = boss.entra_id and boss.is_active
    where planned.is_active and boss.entra_id is null
),

climb as (
    select
        orphan.user_id,
        orphan.entra_id,
        orphan.leaver_id,
        orphan.leaver_id as manager_id,
        array[orphan.leaver_id] as path
    from orphan
    inner join gone on orphan.leaver_id = gone.id
    union all
    select
        climb.user_id,
        climb.entra_id,
        climb.leaver_id,
        profile.manager_id,
        climb.path || profile.manager_id
    from climb
    inner join gone on climb.manager_id = gone.id
    inner join peoplegoal.profile as profile on climb.manager_id = profile.user_id
    where profile.manager_id is not null and profile.manager_id <> all(climb.path)
)

select
    climb.user_id,
    climb.entra_id,
    manager.id as manager_id,
    manager.entra_id as manager_entra_id,
    climb.leaver_id
from climb
cross join stage_setting as setting
inner join peoplegoal.app_user as manager
    on climb.manager_id = manager.id and manager.account_id = setting.account_id
where
    manager.id <> climb.user_id
    and manager.entra_id is not null
    and not exists (
        select 1 from gone
        where gone.id = manager.id
    )
on conflict do nothing;
