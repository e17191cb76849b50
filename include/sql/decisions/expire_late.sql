-- expire_late: questions whose time is over, and that nobody answered: that means no.
update sync.decision
set status = 'expired', answered_at = now()
where status = 'open' and expires_at <= now();
