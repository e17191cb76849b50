-- note_run: what the row of an erasure says of it: neither whom nor by which address.
update sync.run
set mode_reason = 'forget'
where id = %(run_id)s;
