-- chart_marks: what the newest applied run found about the managers of some people.
select
    issue.entra_id,
    issue.code
from peoplegoal.account as account
inner join sync.account_state as state on account.id = state.account_id
inner join sync.issue as issue on state.applied_run_id = issue.run_id
where
    account.id = %(account_id)s
    and issue.entra_id = any(%(ids)s)
    and issue.code like 'manager\_%%'
order by issue.entra_id, issue.seq;
