-- copy_persons: person.parquet -> stage_person.
copy stage_person from stdin;
