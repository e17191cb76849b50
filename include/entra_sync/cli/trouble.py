"""What a command says of an error of PostgreSQL, whose own text may quote people's data or the connection."""

from __future__ import annotations

import psycopg

from entra_sync.db import told


def of_the_database(error: Exception, command: str) -> str | None:
    """The error in our words; None when it is not PostgreSQL's. Nothing is promised: a command is not tried again."""
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return (
            "The PeopleGoal database cannot be reached, or the connection to it was lost. Look at host, port, user and "
            "password of the connection peoplegoal_db, or peoplegoal_owner; `entra-sync doctor` tries it."
        )
    return told(error, command).message if isinstance(error, psycopg.Error) else None
