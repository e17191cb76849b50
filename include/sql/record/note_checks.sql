-- note_checks: where the run's findings and the page of its checks lie.
update sync.run set checks_uri = %(uri)s
where id = %(run_id)s;
