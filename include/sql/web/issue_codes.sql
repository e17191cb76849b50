-- issue_codes: which codes a run's issues have, errors first, and how many of each.
select
    issue.code,
    issue.severity,
    count(*) as issues
from sync.issue as issue
where issue.run_id = %(run_id)s
group by issue.code, issue.severity
order by issue.severity asc, issues desc, issue.code asc;
