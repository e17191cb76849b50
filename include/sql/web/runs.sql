-- runs: runs of some accounts, newest first, after the run ``before``: of any status, of any day unless asked.
with wanted as (
    select *
    from unnest(%(account_ids)s::bigint[]) as one (account_id)
)

select
    run.id,
    run.account_id,
    run.dag_run_id,
    run.attempt,
    run.run_type,
    run.mode,
    run.dry_run,
    run.status,
    run.started_at,
    run.finished_at,
    run.users_created,
    run.users_updated,
    run.users_reactivated,
    run.users_deactivated,
    run.users_held,
    run.users_rejected,
    run.teams_created,
    run.teams_updated,
    run.teams_archived,
    run.members_added,
    run.members_removed,
    run.errors,
    run.warnings,
    run.undoes
from wanted
inner join lateral (
    select one.*
    from sync.run as one
    where
        one.account_id = wanted.account_id
        and (%(status)s::text is null or one.status = %(status)s)
        and (one.started_at, one.id) < (
            coalesce((
                select newer.started_at from sync.run as newer
                where newer.id = %(before)s
            ), 'infinity'),
            coalesce(%(before)s::bigint, 0)
        )
        and one.started_at >= coalesce(%(since)s::timestamptz, '-infinity')
        and one.started_at < coalesce(%(until)s::timestamptz, 'infinity')
    order by one.started_at desc, one.id desc
    limit %(limit)s
) as run on true
order by run.started_at desc, run.id desc
limit %(limit)s;
