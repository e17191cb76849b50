-- forgotten: object ids of the account's people who were forgotten, and who are not back.
select forgotten.entra_id::text as id
from sync.forgotten as forgotten
left join peoplegoal.app_user as app_user
    on forgotten.account_id = app_user.account_id and forgotten.entra_id = app_user.entra_id
where
    forgotten.account_id = %(account_id)s
    and coalesce(app_user.status, 'deactivated') = 'deactivated';
