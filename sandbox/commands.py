"""What the sandbox's commands do."""

from __future__ import annotations

import gc
import os
import signal
import socket
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Literal

import orjson

from sandbox.churn import churn
from sandbox.company import Company, build_company
from sandbox.connection import connection_parts
from sandbox.day import a_working_day
from sandbox.dirty import TooSmall, make_dirty
from sandbox.facts import facts
from sandbox.scenarios import SCENARIOS, Stage, UnknownScenario
from sandbox.server.app import create_app
from sandbox.server.run import Server, listen, port_of
from sandbox.server.tenant import Settings, Tenant
from sandbox.state import StateFolder


def serve(
    folder: Path,
    *,
    port: int,
    host: str = "localhost",
    users: int,
    groups: int,
    seed: int,
    latency_s: float,
    memberships: int | None = None,
    quota: Literal["S", "M", "L"] | float | None = None,
    memory_only: bool = False,
) -> int:
    """Serve the company of a folder until a signal ends it; a company that is there already is taken as it is.

    With another ``host`` than localhost it listens on every address, and its certificate has that name as well.
    With ``memory_only`` the company is never written to the folder: neither a new one nor what a day does to it.
    """
    state = StateFolder(folder)
    state.create()
    running = state.server()
    if running and _answers(state, running):
        return _fail(f"A sandbox tenant is already served out of {state.folder} (process {running['pid']}).")
    company = state.company()
    if company is None:
        company = build_company(seed=seed, users=users, groups=groups, memberships=memberships)
        if not memory_only:
            state.save_company(company)
    # The collector need not go through a million users again and again.
    gc.freeze()
    app, last_port = state.app()
    try:
        place = _listen(port, last_port, "127.0.0.1" if host == "localhost" else "0.0.0.0")
    except OSError as error:
        return _fail(f"Port {port} cannot be had: {error.strerror}. Leave --port out for any free one.")
    port = port_of(place)
    state.save_app(app, port)
    tenant = Tenant(company=company, app=app, settings=Settings(latency_s=latency_s, quota=quota))
    certificates = state.certificates(host)
    connection = connection_parts(app, port, certificates.ca_file, host)

    def ready() -> None:
        state.save_server(
            {"port": port, "pid": os.getpid(), "admin_token": tenant.admin_token, "connection": connection}
        )
        print(f"The tenant of {company.name} is served at https://{host}:{port}/v1.0", flush=True)

    def next_day() -> list[str]:
        said = a_working_day(company)
        if not memory_only:
            state.save_company(company)
        return said

    def change(share: float) -> dict[str, int]:
        said = churn(company, share=share)
        if not memory_only:
            state.save_company(company)
        return said

    def soil() -> list[str]:
        said = _soiled(company)
        if not memory_only:
            state.save_company(company)
        return said

    app_of_all = create_app(tenant, next_day=next_day, stage=Stage(tenant), change=change, soil=soil)
    server = Server(app_of_all, certificates, ready)

    def end(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    try:
        server.run(sockets=[place])
    finally:
        state.remove_server()
        place.close()
    return 0


def day(folder: Path) -> int:
    """Let a working day pass, in the running server or else in the file."""
    state = StateFolder(folder)
    running = state.server()
    answer = _ask(state, running, "/sandbox/day") if running else None
    if answer is None:
        company = state.company()
        if company is None:
            return _no_company(state)
        answer = {"said": a_working_day(company), "day": company.day}
        state.save_company(company)
    print(f"Day {answer['day']}")
    for sentence in answer["said"]:
        print(f"  {sentence}")
    if not answer["said"]:
        print("  Nothing happened.")
    return 0


def dirty(folder: Path) -> int:
    """Make the company dirty, in the running server or else in the file; prints what a run must name."""
    state = StateFolder(folder)
    running = state.server()
    answer = _ask(state, running, "/sandbox/dirty") if running else None
    if answer is None:
        company = state.company()
        if company is None:
            return _no_company(state)
        answer = {"said": _soiled(company)}
        state.save_company(company)
    if len(answer["said"]) == 1:
        return _fail(answer["said"][0])
    for line in answer["said"]:
        print(line)
    return 0


def _soiled(company: Company) -> list[str]:
    """A line for each defect, and one more; only the reason when nothing could be done."""
    try:
        defects = make_dirty(company)
    except TooSmall as error:
        return [str(error)]
    return [
        *(f"{one.code:<24}{one.entity:<6}{one.entra_id}  {one.field}" for one in defects),
        f"{len(defects)} issues to be named by an account with the checks of sandbox/accounts/contoso.yaml.",
    ]


def scenario(folder: Path, name: str) -> int:
    """Begin a scenario in the running server."""
    if name not in SCENARIOS:
        return _fail(str(UnknownScenario(name)))
    state = StateFolder(folder)
    running = state.server()
    try:
        said = _request(state, running, f"/sandbox/scenario/{name}", method="POST") if running else None
    except urllib.error.HTTPError:
        raise
    except OSError:
        said = None
    if said is None:
        return _fail(f"No sandbox tenant is served out of {state.folder}: a scenario is for a running one.")
    print(f"{name}: {said.decode()}")
    return 0


def scenarios() -> int:
    """List the scenarios."""
    for name, entry in SCENARIOS.items():
        print(f"{name:<18}{entry.sentence}")
    return 0


def show(folder: Path) -> int:
    """Print counts and a few facts of the company."""
    state = StateFolder(folder)
    company = state.company()
    if company is None:
        return _no_company(state)
    for name, value in facts(company).items():
        print(f"{name:<26}{value}")
    running = state.server()
    print(f"{'served at':<26}{'https://localhost:' + str(running['port']) + '/v1.0' if running else 'not served'}")
    return 0


def _listen(wanted: int, last: int, address: str) -> socket.socket:
    """The port that was asked for, or the last one, or any."""
    if wanted or not last:
        return listen(wanted, address)
    try:
        return listen(last, address)
    except OSError:
        return listen(0, address)


def _ask(state: StateFolder, running: dict[str, Any], path: str) -> dict[str, Any] | None:
    """Let the running server do it; None when nothing answers there (any more)."""
    try:
        return dict(orjson.loads(_request(state, running, path, method="POST")))
    except urllib.error.HTTPError:
        raise
    except OSError:
        return None


def _answers(state: StateFolder, running: dict[str, Any]) -> bool:
    try:
        tenant = running["connection"]["extra"]["tenant_id"]
        return bool(_request(state, running, f"/{tenant}/v2.0/.well-known/openid-configuration"))
    except OSError:
        return False


def _request(state: StateFolder, running: dict[str, Any], path: str, *, method: str = "GET") -> bytes:
    headers = {"Authorization": f"Bearer {running['admin_token']}"}
    request = urllib.request.Request(f"https://localhost:{running['port']}{path}", method=method, headers=headers)
    context = ssl.create_default_context(cafile=str(state.folder / "ca.pem"))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    with opener.open(request) as response:
        return bytes(response.read())


def _no_company(state: StateFolder) -> int:
    return _fail(f"There is no company in {state.folder}: start `python -m sandbox serve --state DIR` first.")


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return 1
