-- state: when the applied state of an account was read.
select state.applied_as_of
from sync.account_state as state
where state.account_id = %(account_id)s;
