-- known_users: object ids of the account's people who could leave.
select app_user.entra_id::text as id
from peoplegoal.app_user as app_user
where
    app_user.account_id = %(account_id)s
    and app_user.entra_id is not null
    and app_user.status <> 'deactivated';
