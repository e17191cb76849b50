-- unfinished: people of an account whose erasure was begun and broke off, unless they are back.
select
    forgotten.entra_id::text,
    forgotten.asked_by
from sync.forgotten as forgotten
left join peoplegoal.app_user as app_user
    on forgotten.account_id = app_user.account_id and forgotten.entra_id = app_user.entra_id
where
    forgotten.account_id = %(account_id)s
    and forgotten.finished_at is null
    and coalesce(app_user.status, 'deactivated') = 'deactivated'
order by forgotten.asked_at;
