-- chart_marks: why the newest applied run did not take the manager whom Entra names for some people.
select
    app_user.id,
    issue.code
from sync.account_state as state
inner join peoplegoal.app_user as app_user on state.account_id = app_user.account_id
inner join peoplegoal.profile as profile on app_user.id = profile.user_id
left join peoplegoal.app_user as boss on profile.manager_id = boss.id
inner join sync.issue as issue on state.applied_run_id = issue.run_id and issue.entra_id = app_user.entra_id::text
where
    state.account_id = %(account_id)s
    and app_user.id = any(%(ids)s)
    and issue.code like 'manager\_%%'
    -- A message that names the present manager tells of one who was kept, or of one who was taken instead.
    and (
        boss.entra_id is null
        or issue.message like '%%taken instead.'
        or position(boss.entra_id::text in issue.message) = 0
    )
order by app_user.id, issue.seq;
