-- accounts: every account that was ever synced; who may see which is decided by Airflow.
select
    id,
    slug,
    name
from peoplegoal.account
order by slug;
