-- apply_users: undo_value -> peoplegoal.app_user: status, address and object id of before the run.
update peoplegoal.app_user
set
    status = undo_user.next_status,
    email = undo_user.next_email,
    entra_id = case when back.has_entra_id then back.entra_id else app_user.entra_id end,
    deactivated_at = case
        when undo_user.next_status = undo_user.status then app_user.deactivated_at
        when undo_user.next_status = 'deactivated' then now()
    end,
    updated_at = now()
from undo_setting as setting, undo_user, (
    select
        user_id,
        count(*) filter (where name = 'entra_id') > 0 as has_entra_id,
        min(was #>> '{}') filter (where name = 'entra_id')::uuid as entra_id
    from undo_value
    where entity = 'user' and verdict = 'back'
    group by user_id
) as back
where app_user.account_id = setting.account_id and app_user.id = back.user_id and undo_user.user_id = back.user_id;
