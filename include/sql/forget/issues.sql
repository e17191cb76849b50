-- issues: the person's name in what was found; messages hold object ids and counts only.
update sync.issue
set label = %(label)s
from sync.run as run
where
    issue.run_id = run.id
    and run.account_id = %(account_id)s
    and issue.entra_id = %(entra_id)s::text
    and issue.label is distinct from %(label)s
    and issue.label is not null
    and not exists (
        select 1 from peoplegoal.app_user as app_user
        where
            app_user.account_id = %(account_id)s
            and app_user.entra_id = %(entra_id)s::uuid
            and app_user.status <> 'deactivated'
    );
