-- claim: the questions that a run of entra_sync_decisions puts to people, so that no other puts them too.
update sync.decision
set asked_in = %(asked_in)s
where
    status = 'open'
    and expires_at > now()
    and (asked_in is null or asked_in = %(asked_in)s or %(again)s)
returning id;
