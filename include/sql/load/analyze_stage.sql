-- analyze_stage: sizes for the planner, which knows nothing of temporary tables.
analyze
stage_profile (entra_id, email, manager_entra_id, employee_id),
stage_person,
stage_team,
stage_team_member,
stage_setting;
