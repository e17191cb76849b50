-- to_invite: an account's people who wait for an invitation, after the user ``after``, and since when: who left and is
-- back, since the sync that found them again.
select
    app_user.id,
    app_user.entra_id::text,
    app_user.email,
    profile.first_name,
    profile.last_name,
    profile.display_name,
    profile.job_title,
    profile.department,
    back.started_at is not null as is_back,
    coalesce(back.started_at, app_user.created_at) as since,
    coalesce(boss_profile.display_name, boss.email) as manager
from peoplegoal.app_user as app_user
left join peoplegoal.profile as profile on app_user.id = profile.user_id
left join peoplegoal.app_user as boss on profile.manager_id = boss.id
left join peoplegoal.profile as boss_profile on profile.manager_id = boss_profile.user_id
-- A return that was undone is none, and whom an undo gave back was never away.
left join lateral (
    select run.started_at
    from sync.change as change
    inner join sync.run as run on change.run_id = run.id
    where
        change.user_id = app_user.id
        and change.entity = 'user'
        and change.action = 'reactivate'
        and change.status = 'applied'
        and run.undoes is null
    order by change.run_id desc
    limit 1
) as back on true
where
    app_user.account_id = %(account_id)s
    and app_user.status = 'ready_to_invite'
    and app_user.id > %(after)s
order by app_user.id
limit %(limit)s;
