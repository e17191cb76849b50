-- revoke: the roles begin with nothing, whatever an earlier release gave them.
do $$
begin
    execute format('revoke all on database %I from peoplegoal_sync, peoplegoal_page', current_database());
end
$$;
revoke all on schema peoplegoal, sync from peoplegoal_sync, peoplegoal_page;
revoke all on all tables in schema peoplegoal, sync from peoplegoal_sync, peoplegoal_page;
