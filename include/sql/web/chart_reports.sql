-- chart_reports: who reports to one user, after the user ``after``, and how many report to each of them.
select
    app_user.id,
    app_user.entra_id::text,
    profile.job_title,
    profile.department,
    coalesce(profile.display_name, app_user.email) as name,
    (
        select count(*) from peoplegoal.profile as report
        inner join peoplegoal.app_user as theirs on report.user_id = theirs.id
        where
            report.account_id = app_user.account_id
            and report.manager_id = app_user.id
            and theirs.status <> 'deactivated'
    ) as reports
from peoplegoal.profile as profile
inner join peoplegoal.app_user as app_user on profile.user_id = app_user.id
where
    profile.account_id = %(account_id)s
    and profile.manager_id = %(manager_id)s
    and app_user.account_id = %(account_id)s
    and app_user.status <> 'deactivated'
    and app_user.id > %(after)s
order by app_user.id
limit %(limit)s;
