-- clear_error: a later try of the step succeeded.
update sync.run
set error_class = null, error_message = null, error_step = null, error_code = null, error_hint = null
where id = %(run_id)s and error_step = %(error_step)s and finished_at is null;
