"""Airflow assets of the sync: what other DAGs are started by. An event carries ids and counts, nobody's data."""

from airflow.sdk import Asset

# An event: a run holds something that nobody was asked about yet. extra: account (slug), decisions (ids).
HELD = Asset("entra_sync_held")
