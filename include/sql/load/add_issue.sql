-- add_issue: one more issue of the run -> stage_issue.
insert into stage_issue (severity, step, code, entity, message, hint)
values ('error', 'load', %(code)s, 'run', %(message)s, %(hint)s);
