-- session: times in UTC, whatever the server's or the user's setting.
select set_config('timezone', 'UTC', false);
