-- copy_teams: team.parquet -> stage_team.
copy stage_team from stdin;
