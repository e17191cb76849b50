-- exists: whether the server has both roles.
select count(*) = 2 as found from pg_roles
where rolname in ('peoplegoal_sync', 'peoplegoal_page');
