"""``entra-sync migrate``: bring the PeopleGoal database to the schema of this release."""

from __future__ import annotations

from entra_sync.airflow.connections import database_url
from entra_sync.migrations import migrate


def bring_up_to_date() -> int:
    """Apply what is not applied yet to the database of the connection ``peoplegoal_db``, and say what it was."""
    applied = migrate(database_url())
    for name in applied:
        print(f"applied {name}")
    print("The PeopleGoal database is up to date.")
    return 0
