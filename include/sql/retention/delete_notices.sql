-- delete_notices: what an account's receivers were told before a time.
delete from sync.notice
where account_id = %(account_id)s and told_at < %(before)s;
