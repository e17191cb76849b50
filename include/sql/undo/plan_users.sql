-- plan_users: users whom the run changed -> undo_user: what they are now, and what they would be after the undo.
-- Where somebody changed the status since, the address that the run wrote with it stays as well.
create temporary table undo_user on commit drop as
with decided as (
    select
        user_id,
        min(was #>> '{}') filter (where name = 'status' and verdict = 'back') as status,
        min(was #>> '{}') filter (where name = 'email' and verdict = 'back') as email,
        count(*) filter (where name = 'email' and verdict = 'back') > 0 as has_email,
        case
            when count(*) filter (where name = 'status' and verdict = 'changed') > 0 then 'changed'
            else 'back'
        end as verdict
    from undo_value
    where entity = 'user'
    group by user_id
)

select
    app_user.id as user_id,
    app_user.status,
    app_user.email,
    decided.verdict,
    coalesce(decided.status, app_user.status) as next_status,
    case when decided.verdict = 'back' and decided.has_email then decided.email else app_user.email end as next_email
from decided
cross join undo_setting as setting
inner join peoplegoal.app_user as app_user
    on decided.user_id = app_user.id and app_user.account_id = setting.account_id;

alter table undo_user add primary key (user_id);
create index on undo_user (next_email);
analyze undo_user;
