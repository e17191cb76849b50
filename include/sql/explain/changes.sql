-- changes: what runs of an account did about one person, newest run first: of one run, or of all.
select
    run.id as run_id,
    run.as_of,
    run.started_at,
    change.seq,
    change.entity,
    change.action,
    change.user_id,
    change.team_id,
    change.entra_id::text,
    change.label,
    change.fields,
    change.status,
    team.name as team,
    decision.kind as decision_kind,
    decision.status as decision_status
from sync.change as change
inner join sync.run as run on change.run_id = run.id
left join peoplegoal.team as team on change.team_id = team.id
left join sync.decision as decision on change.decision_id = decision.id and run.account_id = decision.account_id
where
    run.account_id = %(account_id)s
    and (%(run_id)s::bigint is null or run.id = %(run_id)s)
    and (change.entra_id = %(entra_id)s::uuid or change.user_id = %(user_id)s)
order by run.id desc, change.seq asc
limit %(limit)s;
