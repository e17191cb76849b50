-- check_counts: how many checks a run was held against, and how many of them failed.
select
    count(*) as asked,
    count(*) filter (where not check_result.ok) as failed
from sync."check" as check_result
where check_result.run_id = %(run_id)s;
