-- find_account: id of an account by slug.
select id from peoplegoal.account
where slug = %(slug)s;
