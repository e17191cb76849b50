-- 0010_isolation: an undo and the run that it takes back are of one account.
alter table sync.run
drop constraint run_undoes,
add constraint run_undoes foreign key (account_id, undoes) references sync.run (account_id, id)
on delete set null (undoes);
