-- read_run: the run's row, locked.
select * from sync.run
where id = %(run_id)s and account_id = %(account_id)s
for update;
