-- apply_leavers: whose days of grace run, and since when; those who are back or have left are taken off the list.
delete from sync.leaver
using stage_setting as setting
where
    leaver.account_id = setting.account_id
    and not exists (
        select 1 from plan_user as planned
        where
            planned.user_id = leaver.user_id
            and (planned.action = 'wait' or (planned.action = 'deactivate' and planned.hold is not null))
    )
    -- Absence that is no evidence stops no clock and starts none; presence is evidence, also with a bad row.
    and (
        setting.may_leave
        or exists (
            select 1 from plan_user as planned
            where planned.user_id = leaver.user_id and planned.state in ('in_scope', 'rejected')
        )
    );

insert into sync.leaver (account_id, user_id, since)
select
    setting.account_id,
    planned.user_id,
    setting.as_of
from plan_user as planned
cross join stage_setting as setting
where planned.action = 'wait' and planned.leaver_since is null;
