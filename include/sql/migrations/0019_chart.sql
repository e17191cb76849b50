-- 0019_chart: who reports to one manager, in the order of the org chart's pages; it serves what the shorter one did.
create index profile_by_manager_and_user on peoplegoal.profile (account_id, manager_id, user_id);
drop index if exists peoplegoal.profile_by_manager;
