-- unfinished: people of an account whose erasure was begun and broke off, unless they are back or were since.
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
    -- The request was about the time before: whoever was back and left again has a history since.
    and (app_user.deactivated_at is null or app_user.deactivated_at <= forgotten.asked_at)
order by forgotten.asked_at;
