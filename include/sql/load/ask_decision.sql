-- ask_decision: a new question to a person.
insert into sync.decision (account_id, run_id, kind, fingerprint, items, population, over, expires_at)
values (
    %(account_id)s,
    %(run_id)s,
    %(kind)s,
    %(fingerprint)s,
    %(items)s,
    %(population)s,
    %(over)s,
    now() + make_interval(secs => %(seconds)s)
)
returning id;
