-- changes: a run's changes of some kinds after ``after``, in its order; ``once``: each person and each team once.
-- Beside a person's row their other one of the run: who is new has their profile in it.
with kind as (
    select *
    from unnest(%(entities)s::text[], %(actions)s::text[]) as wanted (entity, action)
),

-- No more than a page of each kind.
others as (
    select change.*
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
    where kind.entity <> 'profile'
),

-- Profiles behind a full page of the others are of a later page: of a first night, which has a profile for each new
-- user, none is looked at.
last as (
    select coalesce((
        select others.seq from others
        order by others.seq
        limit 1 offset %(limit)s - 1
    ), 2147483647) as seq
),

profiles as (
    select change.*
    from kind
    cross join last
    inner join lateral (
        select one.*
        from sync.change as one
        where
            one.run_id = %(run_id)s
            and one.entity = kind.entity
            and one.action = kind.action
            and one.seq > %(after)s
            and one.seq <= last.seq
            and one.status = any(%(statuses)s)
            and (%(pattern)s::text is null or one.label ilike %(pattern)s)
            -- Counted: as a join, PostgreSQL may read all of the run.
            and (
                not %(once)s
                or (
                    select count(*) from sync.change as theirs
                    where
                        theirs.entra_id = one.entra_id
                        and theirs.run_id = one.run_id
                        and theirs.entity = 'user'
                        and theirs.status = any(%(statuses)s)
                ) = 0
            )
        order by one.seq
        limit %(limit)s
    ) as change on true
    where kind.entity = 'profile'
),

-- Cut before the other rows are looked for.
page as (
    select both_of_them.*
    from (
        select * from others
        union all
        select * from profiles
    ) as both_of_them
    order by both_of_them.seq
    limit %(limit)s
)

select
    page.seq,
    page.entity,
    page.action,
    page.user_id,
    page.team_id,
    page.entra_id::text,
    page.label,
    page.status,
    page.decision_id,
    page.fields || coalesce(profile.fields, '{}') as fields
from page
left join lateral (
    select (array_agg(other.fields))[1] as fields
    from sync.change as other
    where
        page.entity = 'user'
        and other.entra_id = page.entra_id
        and other.run_id = page.run_id
        and other.entity = 'profile'
) as profile on true
order by page.seq;
