-- settings: no question of a page takes the database for long.
select set_config('statement_timeout', '30s', true);
