"""Microsoft Graph for hundreds of accounts, in one process: ``python -m bench.midnight.graph FOLDER``.

Every account has a tenant of its own: an application and a secret, a port, counters. Tenants of one size share the
people. ``FOLDER/tenants.json`` says how large each is; ``connections.json`` is written when all of them can be read,
``requests.json`` at the end: account, first and last moment of each request, in seconds since 1970.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.certificates import certificates_in
from sandbox.company import Company, build_company
from sandbox.connection import connection_parts
from sandbox.server.app import create_app
from sandbox.server.run import Server, listen, port_of
from sandbox.server.tenant import Settings, Tenant

PEOPLE_PER_GROUP = 15


class ByPort:
    """Hands each request to the tenant whose port it came to, and keeps when that was."""

    def __init__(self) -> None:
        self.tenants: dict[int, tuple[str, ASGIApp]] = {}
        self.requests: list[tuple[str, float, float]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        account, app = self.tenants[scope["server"][1]]
        begun = time.time()
        try:
            await app(scope, receive, send)
        finally:
            self.requests.append((account, begun, time.time()))


def company(people: int) -> Company:
    """The people of every tenant of that size."""
    return build_company(seed=people, users=people, groups=max(1, people // PEOPLE_PER_GROUP))


def main(folder: Path) -> int:
    """Serve until a signal says to end."""
    given = json.loads((folder / "tenants.json").read_text())
    companies = {people: company(people) for people in sorted(set(given["people"].values()))}
    certificates = certificates_in(folder)
    by_port, places, connections = ByPort(), [], dict[str, Any]()
    for account, people in given["people"].items():
        tenant = Tenant(company=companies[people], settings=Settings(latency_s=given["latency_s"]))
        place = listen()
        places.append(place)
        by_port.tenants[port_of(place)] = account, create_app(tenant)
        connections[f"entra_{account}"] = connection_parts(tenant.app, port_of(place), certificates.ca_file)

    def ready() -> None:
        fresh = folder / "connections.new"
        fresh.write_text(json.dumps(connections))
        fresh.rename(folder / "connections.json")

    server = Server(by_port, certificates, ready)  # type: ignore[arg-type]

    def end(*_: object) -> None:
        server.should_exit = True

    signal.signal(signal.SIGTERM, end)
    server.run(sockets=places)
    (folder / "requests.json").write_text(json.dumps(by_port.requests))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
