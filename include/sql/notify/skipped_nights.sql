-- skipped_nights: how many nights of an account were left out in a span of time.
select count(*) as skipped
from sync.skipped_night as night
where night.account_id = %(account_id)s and night.skipped_at >= %(since)s and night.skipped_at < %(until)s;
