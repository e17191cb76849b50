-- week_errors: the errors of an account's runs in a span of time, by code, the most frequent first.
select
    issue.code,
    count(*) as count
from sync.issue as issue
inner join sync.run as run on issue.run_id = run.id
where
    run.account_id = %(account_id)s
    and run.started_at >= %(since)s
    and run.started_at < %(until)s
    and not run.dry_run
    and issue.severity = 'error'
group by issue.code
order by count(*) desc, issue.code asc
limit 10;
