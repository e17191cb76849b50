-- keep_unseen_managers: a manager without an object id, of whom an incomplete snapshot can say nothing, stays.
insert into plan_kept_manager (user_id, entra_id, manager_id)
select
    planned.user_id,
    planned.entra_id,
    manager.id as manager_id
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
    planned.is_active
    and boss.entra_id is null
    and known.entra_id is null
    and manager.status <> 'deactivated'
on conflict do nothing;
