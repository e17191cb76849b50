-- keep_managers: reports of managers who are left alone keep them, as long as the directory names nobody else.
insert into plan_kept_manager (user_id, entra_id, manager_id, manager_entra_id)
select
    planned.user_id,
    planned.entra_id,
    stays.user_id as manager_id,
    stays.entra_id as manager_entra_id
from plan_left_alone as stays
cross join stage_setting as setting
inner join peoplegoal.profile as profile
    on stays.user_id = profile.manager_id and profile.account_id = setting.account_id
inner join plan_user as planned on profile.user_id = planned.user_id and planned.is_active
inner join stage_profile as staged on planned.entra_id = staged.entra_id
left join plan_user as boss on staged.manager_entra_id = boss.entra_id and boss.is_active
where not stays.is_rejected and boss.entra_id is null;
