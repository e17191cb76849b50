-- lock: nobody else answers, and no load asks, until this transaction ends.
select id from sync.decision
where id = %(decision_id)s
for update;
