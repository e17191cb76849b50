-- forgotten: when the data of a person who is not back were erased.
select forgotten.asked_at
from sync.forgotten as forgotten
left join peoplegoal.app_user as app_user
    on forgotten.account_id = app_user.account_id and forgotten.entra_id = app_user.entra_id
where
    forgotten.account_id = %(account_id)s
    and forgotten.entra_id = %(entra_id)s::uuid
    and coalesce(app_user.status, 'deactivated') = 'deactivated';
