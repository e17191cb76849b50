"""Airflow assets of the sync: what other DAGs are started by. An event carries ids and counts, nobody's data."""

from airflow.sdk import Asset

# An event: a run holds something that nobody was asked about yet. extra: account (slug), decisions (ids).
HELD = Asset("entra_sync_held")


def synced(account: str) -> Asset:
    """An event: PeopleGoal has this account's directory of a night, changed or not.

    extra: account (slug), run, day (YYYY-MM-DD), as_of (ISO 8601, UTC), status, and the counts of sync.run.
    """
    return Asset(f"entra_sync_{account}")
