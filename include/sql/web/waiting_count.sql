-- waiting_count: how many of an account's people wait for an invitation.
select count(*) as people
from peoplegoal.app_user
where account_id = %(account_id)s and status = 'ready_to_invite';
