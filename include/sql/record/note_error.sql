-- note_error: why a step failed. A run that was closed meanwhile keeps what it says.
update sync.run
set
    error_class = %(error_class)s,
    error_message = %(error_message)s,
    error_step = %(error_step)s,
    error_code = %(error_code)s,
    error_hint = %(error_hint)s
where id = %(run_id)s and finished_at is null;
