-- copy_members: team_member.parquet, numbered -> stage_team_member.
copy stage_team_member from stdin;
