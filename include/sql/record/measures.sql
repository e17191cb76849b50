-- measures: of the newest runs before this one that were loaded with all of the tenant read, newest first.
with nights as (
    select run.id
    from sync.run as run
    inner join peoplegoal.account as account on run.account_id = account.id
    inner join sync.measure as measure on run.id = measure.run_id and measure.name = 'complete' and measure.value = 1
    where
        account.slug = %(account)s
        and (%(before)s::bigint is null or run.id < %(before)s)
        and not run.dry_run
        and run.status in ('success', 'no_changes', 'partial', 'held')
    order by run.id desc
    limit %(nights)s
)

select
    measure.run_id,
    measure.name,
    measure.value
from sync.measure as measure
inner join nights on measure.run_id = nights.id
order by measure.run_id desc, measure.name asc;
