-- settings: what the plan needs to know of the run, the account file and the database, in one row.
with present as (
    select
        count(*) as population,
        count(app_user.entra_id) as linked
    from peoplegoal.app_user as app_user
    where app_user.account_id = %(account_id)s and app_user.status <> 'deactivated'
),

seen as (
    select %(users)s = 0 or not exists (select 1 from stage_person) as nobody
)

insert into stage_setting (
    account_id,
    run_id,
    dry_run,
    as_of,
    complete,
    gaps,
    match_email,
    unowned,
    seeded,
    uncleared,
    protected,
    ignored,
    grace,
    reports,
    managers_are_teams,
    population,
    is_first,
    is_empty,
    may_leave,
    no_groups,
    group_leads_owned
)
select
    %(account_id)s,
    %(run_id)s,
    %(dry_run)s,
    %(as_of)s,
    %(complete)s,
    %(gaps)s,
    %(match_email)s,
    %(unowned)s::text[],
    %(seeded)s::text[],
    %(uncleared)s::text[],
    %(protected)s::text[],
    %(ignored)s::text[],
    make_interval(days => %(grace_days)s),
    %(reports)s,
    %(managers_are_teams)s,
    present.population,
    not exists (
        select 1 from sync.account_state as state
        where state.account_id = %(account_id)s
    ),
    present.linked > 0 and seen.nobody,
    %(complete)s and not (present.linked > 0 and seen.nobody),
    %(groups)s = 0 and %(groups_wanted)s and exists (
        select 1 from peoplegoal.team as team
        where
            team.account_id = %(account_id)s
            and team.kind = 'group'
            and team.status = 'active'
            and team.entra_id is not null
    ),
    %(group_leads_owned)s
from present
cross join seen;
