-- is_there: whether the database has a list of applied migrations.
select to_regclass('sync.migration') is not null as found;
