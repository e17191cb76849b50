-- copy_codes: the registry of issue codes -> stage_code.
copy stage_code from stdin;
