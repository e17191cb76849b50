-- apply_stand_ins: whose manager stands in for which leaver.
delete from sync.stand_in
using stage_setting as setting
where
    stand_in.account_id = setting.account_id
    and not exists (
        select 1 from plan_kept_manager as kept
        where
            kept.user_id = stand_in.user_id
            and kept.leaver_id = stand_in.leaver_id
            and kept.manager_id = stand_in.manager_id
            and not kept.is_circle
    )
    -- Somebody who is left alone tonight keeps the stand-in as well.
    and not exists (
        select 1 from plan_left_alone as stays
        where stays.user_id = stand_in.user_id
    );

insert into sync.stand_in (account_id, user_id, leaver_id, manager_id)
select
    setting.account_id,
    kept.user_id,
    kept.leaver_id,
    kept.manager_id
from plan_kept_manager as kept
cross join stage_setting as setting
where kept.leaver_id is not null and not kept.is_circle
on conflict do nothing;
