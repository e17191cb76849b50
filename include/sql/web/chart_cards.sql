-- chart_cards: what the org chart shows of some people; ``reports``: who reports to each, counted up to ``most``.
select
    app_user.id,
    app_user.entra_id::text,
    app_user.status,
    profile.manager_id,
    profile.job_title,
    profile.department,
    (
        -- The first ``most`` of them: a manager of everybody takes no longer than another one.
        select count(report.user_id) from (
            select direct.user_id
            from peoplegoal.profile as direct
            inner join peoplegoal.app_user as theirs on direct.user_id = theirs.id
            where
                direct.account_id = %(account_id)s
                and direct.manager_id = app_user.id
                and theirs.status <> 'deactivated'
            order by direct.user_id
            limit %(most)s
        ) as report
    ) as reports,
    coalesce(profile.display_name, app_user.email) as name
from peoplegoal.app_user as app_user
inner join peoplegoal.profile as profile on app_user.id = profile.user_id
where app_user.account_id = %(account_id)s and app_user.id = any(%(ids)s)
order by app_user.id;
