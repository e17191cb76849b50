-- note: a notice was sent.
insert into sync.notice (account_id, receiver, kind, key, run_id, told_at)
values (%(account_id)s, %(receiver)s, %(kind)s, %(key)s, %(run_id)s, %(told_at)s);
