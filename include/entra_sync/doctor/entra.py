"""The tenant: the four fields, the sign-in, each permission, the change feeds, and what is about to expire.

Facts: docs/graph.md, 6. A token for Graph is Graph's own affair and is not read by the sync; here its ``roles`` are
looked at, when they can be, to tell a missing consent from a missing permission.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from entra_sync.config.account import AccountConfig
from entra_sync.config.connection import EntraConnection
from entra_sync.doctor import application, permissions
from entra_sync.doctor.clock import examine_clock
from entra_sync.doctor.findings import Finding, step
from entra_sync.errors import ConnectionFieldError, EntraSyncError
from entra_sync.extract.auth import TokenSource

# The guide's section for each field.
FIELDS = {
    "Client ID": "the-four-fields",
    "Client Secret": "secret-certificate-or-federated-credential",
    "Client Tenant": "the-four-fields",
    "Client URI": "application-id-uri",
}


def examine_fields(name: str, problems: dict[str, ConnectionFieldError | None]) -> Iterator[Finding]:
    """One line for each of the four fields, by form alone. ``name``: the account."""
    for field, problem in problems.items():
        tried, where = f"{name}: {field}", step(FIELDS[field])
        if problem is None:
            yield Finding(tried=tried, level="ok", found="well-formed", step=where)
        else:
            yield Finding(tried=tried, level="fail", found=problem.message, advice=problem.hint, step=where)


def examine_tenant(account: AccountConfig, connection: EntraConnection) -> Iterator[Finding]:
    """Everything that can be tried with the four fields; ends early when there is no sign-in."""
    name = account.account
    yield examine_clock(name, connection)
    tried = f"{name}: sign in"
    try:
        token = asyncio.run(TokenSource(connection).token())
    except EntraSyncError as error:
        where = step("what-entras-refusals-mean")
        yield Finding(tried=tried, level="fail", found=error.message, advice=error.hint, step=where)
        return
    yield Finding(tried=tried, level="ok", found="a token was issued")
    teams = account.teams.from_groups
    yield from permissions.examine(name, connection, token, hidden=bool(teams and teams.hidden))
    yield from application.examine(name, connection)
