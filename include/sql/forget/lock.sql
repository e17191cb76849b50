-- lock: the person's row until commit, so that PeopleGoal brings nobody back while they are erased.
select status
from peoplegoal.app_user
where account_id = %(account_id)s and entra_id = %(entra_id)s
for update;
