-- change_kinds: whether the run changed anything, and whether it withheld anything.
select
    count(*) filter (where status in ('applied', 'dry_run')) as done,
    count(*) filter (where status in ('held', 'rejected')) as withheld
from sync.change
where run_id = %(run_id)s;
