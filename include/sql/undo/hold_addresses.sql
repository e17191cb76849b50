-- hold_addresses: of an address that several would have after the undo, whoever has it keeps it; the others stay as
-- they are. Repeat until no row: somebody who stays keeps an address that another one may be waiting for.
with claim as (
    select
        user_id,
        next_email as email,
        (status = 'deactivated' or (next_email is distinct from email)) as is_moving
    from undo_user
    where next_status <> 'deactivated' and next_email is not null
),

claimed as (
    select
        email,
        user_id
    from claim
    union all
    select
        app_user.email,
        app_user.id as user_id
    from peoplegoal.app_user as app_user
    inner join undo_setting as setting on app_user.account_id = setting.account_id
    left join undo_user as known on app_user.id = known.user_id
    where
        app_user.status <> 'deactivated'
        and known.user_id is null
        and app_user.email in (
            select claim.email from claim
            where claim.is_moving
        )
),

contested as (
    select email from claimed
    group by email
    having count(*) > 1
)

update undo_user
set next_status = undo_user.status, next_email = undo_user.email, verdict = 'taken'
from claim
inner join contested on claim.email = contested.email
where undo_user.user_id = claim.user_id and claim.is_moving
returning undo_user.user_id;
