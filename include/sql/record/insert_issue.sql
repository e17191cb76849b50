-- insert_issue: one issue behind those that the run has.
insert into sync.issue (run_id, seq, severity, step, code, entity, message, hint)
select
    %(run_id)s,
    coalesce(max(issue.seq), 0) + 1,
    'error',
    %(step)s,
    %(code)s,
    'run',
    %(message)s,
    %(hint)s
from sync.issue as issue
where issue.run_id = %(run_id)s;
