-- grant_sync: what nights, decisions, undo, retention and erasure need. Of PeopleGoal's tables only the columns that
-- the sync writes; nobody and no team is deleted. Numbers of new rows need no grant: they are identities.
do $$
begin
    -- A load stages its tables as temporary ones.
    execute format('grant connect, temporary on database %I to peoplegoal_sync', current_database());
end
$$;
grant usage on schema peoplegoal, sync to peoplegoal_sync;

grant select on
peoplegoal.account, peoplegoal.app_user, peoplegoal.profile, peoplegoal.team, peoplegoal.team_member
to peoplegoal_sync;
grant insert (slug, name), update (name) on peoplegoal.account to peoplegoal_sync;
grant
insert (account_id, entra_id, email, status),
update (entra_id, email, status, deactivated_at, updated_at)
on peoplegoal.app_user to peoplegoal_sync;
grant
insert (
    user_id, account_id, first_name, last_name, display_name, job_title, department, company, office, city, state,
    country, mobile_phone, work_phone, employee_id, employee_type, hire_date, preferred_language, manager_id,
    custom_fields
),
update (
    first_name, last_name, display_name, job_title, department, company, office, city, state, country,
    mobile_phone, work_phone, employee_id, employee_type, hire_date, preferred_language, manager_id, custom_fields,
    updated_at
)
on peoplegoal.profile to peoplegoal_sync;
grant
insert (account_id, kind, entra_id, name, description, email, lead_id),
update (name, description, email, lead_id, status, updated_at)
on peoplegoal.team to peoplegoal_sync;
grant insert (team_id, user_id, account_id, role), update (role), delete on peoplegoal.team_member to peoplegoal_sync;

grant select on sync.migration, sync.run_count, sync.standing to peoplegoal_sync;
grant select, insert, delete on sync.notice, sync.skipped_night to peoplegoal_sync;
grant select, insert, update on sync.run, sync.account_state, sync.decision, sync.forgotten to peoplegoal_sync;
grant select, insert, delete on sync."check", sync.measure, sync.stand_in to peoplegoal_sync;
grant select, insert, update, delete on
sync.change, sync.issue, sync.lease, sync.leaver, sync.headcount
to peoplegoal_sync;
