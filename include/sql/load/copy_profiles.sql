-- copy_profiles: profile.parquet -> stage_profile.
copy stage_profile from stdin;
