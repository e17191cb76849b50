-- insert_check: one check that the run was held against.
insert into sync."check" (
    run_id, seq, code, tbl, field, severity, ok, rows, failed, expected, engine
) values (
    %(run_id)s, %(seq)s, %(code)s, %(table)s, nullif(%(column)s, ''), %(severity)s, %(ok)s, %(rows)s, %(failed)s,
    %(expected)s, %(engine)s
);
