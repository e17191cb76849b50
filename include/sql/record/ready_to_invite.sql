-- ready_to_invite: users who wait for an invitation: all of the account's, and those that a run added.
select
    count(*) as total,
    count(*) filter (
        where app_user.id in (
            select change.user_id from sync.change as change
            where
                change.run_id = %(run_id)s
                and change.entity = 'user'
                and change.action in ('create', 'reactivate')
                and change.status = 'applied'
        )
    ) as new
from peoplegoal.app_user as app_user
where app_user.account_id = %(account_id)s and app_user.status = 'ready_to_invite';
