-- changes: a run's changes of some kinds after ``after``, in its order; ``once``: each person and each team once.
-- Beside a person's row their other one of the run: who is new has their profile in it.
with kind as (
    select *
    from unnest(%(entities)s::text[], %(actions)s::text[]) as wanted (entity, action)
)

select
    change.seq,
    change.entity,
    change.action,
    change.user_id,
    change.team_id,
    change.entra_id::text,
    change.label,
    change.status,
    change.decision_id,
    change.fields || coalesce(profile.fields, '{}') as fields
from kind
inner join lateral (
    select one.*
    from sync.change as one
    where
        one.run_id = %(run_id)s
        and one.entity = kind.entity
        and one.action = kind.action
        and one.seq > %(after)s
        and one.status = any(%(statuses)s)
        and (%(pattern)s::text is null or one.label ilike %(pattern)s)
        -- Counted, and asked for by the person alone: with the run beside it, or as a join, PostgreSQL may read all of
        -- the run, or of the table, for each row.
        and (
            not %(once)s
            or one.entity <> 'profile'
            or (
                select
                    count(*) filter (
                        where
                        theirs.run_id = one.run_id
                        and theirs.entity = 'user'
                        and theirs.status = any(%(statuses)s)
                    )
                from sync.change as theirs
                where theirs.entra_id = one.entra_id
            ) = 0
        )
        and (
            not %(once)s
            or one.entity <> 'team_member'
            or (
                select count(*) from sync.change as same
                where
                    same.run_id = one.run_id
                    and same.entity = 'team'
                    and same.action in ('update', 'reactivate')
                    and same.team_id = one.team_id
                    and same.status = any(%(statuses)s)
            ) + (
                select count(*) from sync.change as same
                where
                    same.run_id = one.run_id
                    and same.entity = 'team_member'
                    and same.action = 'update'
                    and same.team_id = one.team_id
                    and same.seq < one.seq
                    and same.status = any(%(statuses)s)
            ) = 0
        )
    order by one.seq
    limit %(limit)s
) as change on true
left join lateral (
    select (
        array_agg(other.fields) filter (where other.run_id = change.run_id and other.entity = 'profile')
    )[1] as fields
    from sync.change as other
    where change.entity = 'user' and other.entra_id = change.entra_id
) as profile on true
order by change.seq
limit %(limit)s;
