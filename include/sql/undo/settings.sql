-- settings: the account, the undo's run and the run that it takes back, in one row.
insert into undo_setting (account_id, run_id, undoes, dry_run)
values (%(account_id)s, %(run_id)s, %(undoes)s, %(dry_run)s);
