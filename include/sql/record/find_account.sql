-- find_account: an account by slug.
select
    id,
    name
from peoplegoal.account
where slug = %(slug)s;
