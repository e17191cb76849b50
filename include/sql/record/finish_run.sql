-- finish_run: the run is closed; one whose data were not applied has failed. Errors and warnings are counted.
update sync.run
set
    finished_at = clock_timestamp(),
    status = case when run.status = 'running' then 'failed' else run.status end,
    errors = counted.errors,
    warnings = counted.warnings
from sync.run_count as counted
where run.id = counted.run_id and run.id = %(run_id)s;
