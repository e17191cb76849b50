-- keep_leavers_as_managers: with `reports: keep`, reports of a leaver keep them until the directory names another.
insert into plan_kept_manager (user_id, entra_id, manager_id, manager_entra_id)
select
    planned.user_id,
    planned.entra_id,
    manager.id as manager_id,
    manager.entra_id as manager_entra_id
from plan_user as planned
cross join stage_setting as setting
inner join stage_profile as staged on planned.entra_id = staged.entra_id
inner join peoplegoal.profile as profile
    on planned.user_id = profile.user_id and profile.account_id = setting.account_id
inner join peoplegoal.app_user as manager
    on profile.manager_id = manager.id and manager.account_id = setting.account_id
left join plan_user as boss on staged.manager_entra_id = boss.entra_id and boss.is_active
left join plan_user as known on manager.id = known.user_id
where
    setting.reports = 'keep'
    and planned.is_active
    and boss.entra_id is null
    and (
        (manager.status = 'deactivated' and known.is_active is distinct from true)
        or (known.action = 'deactivate' and known.hold is null)
    )
on conflict do nothing;
