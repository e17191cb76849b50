-- delete_measures: sizes and shares of an account's runs that began before a time. They tell of nobody.
delete from sync.measure
using sync.run as run
where
    measure.run_id = run.id
    and run.account_id = %(account_id)s
    and run.started_at < %(before)s;
