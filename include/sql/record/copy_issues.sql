-- copy_issues: findings -> stage_issue.
copy stage_issue (severity, step, code, entity, entra_id, label, field, message, hint) from stdin;
