-- grant_page: the page reads, and writes nothing.
do $$
begin
    execute format('grant connect on database %I to peoplegoal_page', current_database());
end
$$;
grant usage on schema peoplegoal, sync to peoplegoal_page;
grant select on
peoplegoal.account, peoplegoal.app_user, peoplegoal.profile, peoplegoal.team, peoplegoal.team_member
to peoplegoal_page;
grant select on all tables in schema sync to peoplegoal_page;
