"""Database roles of least privilege: ``peoplegoal_sync`` for nights and commands, ``peoplegoal_page`` for the page.

Both log in nobody: a login of one's own becomes a member. The owner of the schemas migrates, and gives the grants.
"""

from __future__ import annotations

import psycopg

from entra_sync.db import connect, statement
from entra_sync.errors import ConfigurationError

GRANTS = ("revoke", "grant_sync", "grant_page")


def create_roles(url: str) -> None:
    """Make both roles where they are missing, and give exactly what this release needs; ``url`` is the owner's.

    Raises ConfigurationError when the owner may not make roles.
    """
    try:
        with connect(url) as connection:
            connection.execute(statement("roles/create"))
    except psycopg.errors.InsufficientPrivilege:
        raise ConfigurationError(
            "The login of the connection may not make roles.",
            hint="An administrator runs: create role peoplegoal_sync; create role peoplegoal_page; then ask again.",
        ) from None
    grant(url)


def grant(url: str) -> bool:
    """Give the roles, where the server has them, exactly what this release needs: after each migration."""
    with connect(url) as connection:
        found = connection.execute(statement("roles/exists")).fetchone()
        if not (found and found["found"]):
            return False
        for name in GRANTS:
            connection.execute(statement(f"roles/{name}"))
    return True
