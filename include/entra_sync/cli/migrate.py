"""``entra-sync migrate``: bring the PeopleGoal database to the schema of this release."""

from __future__ import annotations

from entra_sync.airflow.connections import owner_url
from entra_sync.migrations import migrate
from entra_sync.roles import create_roles, grant

LOGINS = """The roles peoplegoal_sync and peoplegoal_page have exactly what this release needs.
Logins of your own become their members (docs/security.md):
  create role sync_login login password '...' in role peoplegoal_sync;
  create role page_login login password '...' in role peoplegoal_page;"""


def bring_up_to_date() -> int:
    """Apply what is not applied yet by the connection ``peoplegoal_owner``, else ``peoplegoal_db``; say what it was."""
    url = owner_url()
    for name in migrate(url):
        print(f"applied {name}")
    if grant(url):
        print("The roles peoplegoal_sync and peoplegoal_page have what this release needs.")
    print("The PeopleGoal database is up to date.")
    return 0


def make_roles() -> int:
    """Make the roles of least privilege by the same connection, and say how logins get them."""
    create_roles(owner_url())
    print(LOGINS)
    return 0
