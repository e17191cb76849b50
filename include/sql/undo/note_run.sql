-- note_run: what the undo's own row says of it.
update sync.run
set undoes = %(undoes)s, mode_reason = 'undo of run ' || %(undoes)s
where id = %(run_id)s;
