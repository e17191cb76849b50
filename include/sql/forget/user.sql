-- user: the person's address; status, times and object id stay, so that every count stays true.
update peoplegoal.app_user
set email = null, updated_at = clock_timestamp()
where
    account_id = %(account_id)s
    and entra_id = %(entra_id)s
    and status = 'deactivated'
    and email is not null;
