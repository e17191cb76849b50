-- add_issue: one limit that the plan is over -> stage_issue.
insert into stage_issue (severity, step, code, entity, message, hint)
select
    code.severity,
    code.step,
    code.code,
    'run' as entity,
    %(message)s as message,
    code.hint
from stage_code as code
where code.code = %(code)s;
