-- read_state: the snapshot that the account shows, locked against other loads.
select applied_as_of from sync.account_state
where account_id = %(account_id)s
for update;
