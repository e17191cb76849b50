-- keep_no_circles: a kept manager who would close a circle with tonight's org chart is left out; of several in a circle
-- that of the smallest object id. Repeat until no row.
with recursive walk as (
    select
        kept.entra_id as start,
        kept.manager_entra_id as place,
        array[kept.manager_entra_id] as path
    from plan_kept_manager as kept
    where kept.manager_entra_id is not null and not kept.is_circle
    union all
    select
        walk.start,
        above.place,
        walk.path || above.place
    from walk
    cross join
        lateral (
            select
                coalesce(
                    boss.entra_id,
                    kept.manager_entra_id,
                    case when staged.entra_id is null then old_boss.entra_id end
                ) as place
            from stage_setting as setting
            left join plan_user as planned on walk.place = planned.entra_id
            left join stage_profile as staged on planned.entra_id = staged.entra_id and planned.is_active
            left join plan_user as boss on staged.manager_entra_id = boss.entra_id and boss.is_active
            left join plan_kept_manager as kept on planned.entra_id = kept.entra_id and not kept.is_circle
            -- Whoever left before is in no plan, and has the manager of that time.
            left join peoplegoal.app_user as known
                on walk.place = known.entra_id and setting.account_id = known.account_id
            left join peoplegoal.profile as profile on known.id = profile.user_id
            left join peoplegoal.app_user as old_boss on profile.manager_id = old_boss.id
        ) as above
    where walk.place <> walk.start and above.place is not null and above.place <> all(walk.path)
)

update plan_kept_manager
set is_circle = true
from walk
where
    plan_kept_manager.entra_id = walk.start
    and walk.place = walk.start
    and not exists (
        select 1 from plan_kept_manager as other
        where other.entra_id = any(walk.path) and other.entra_id < walk.start and not other.is_circle
    )
returning plan_kept_manager.entra_id;
