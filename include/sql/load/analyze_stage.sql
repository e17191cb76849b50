-- analyze_stage: sizes for the planner, which knows nothing of temporary tables.
analyze stage_profile, stage_person, stage_team, stage_team_member;
