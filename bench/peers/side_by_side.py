"""The extract and its peers on one tenant, in turns: requests, time, memory, and whether they read the same rows.

Every reader is a process of its own and of the same Python. Time and CPU begin after its imports; the peers only keep
object ids, while the product writes its Parquet files and proves them complete. A peer follows the one chain of user
pages that the library gives, and is given the number of groups at once that served it best (``CONCURRENCY``).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.child import ChildFailed, run
from bench.peers.environment import NotInstalled, peers_python
from bench.peers.rows import Rows
from bench.server import Served, serve
from bench.step import ACCOUNT
from entra_sync.extract.select import GROUP_SELECT, user_select
from sandbox.company import build_company

LATENCY_MS = 50
PRODUCT = "product"
# The names of the modules beside this one, and what they are called.
READERS = {
    PRODUCT: "this product",
    "dlt_source": "dlt rest_api",
    "provider_hook": "Azure provider's hook",
    "msgraph_sdk": "msgraph-sdk",
}
PACKAGES = {
    "dlt_source": "dlt",
    "provider_hook": "apache-airflow-providers-microsoft-azure",
    "msgraph_sdk": "msgraph-sdk",
}
OWN_ENVIRONMENT = ("dlt_source", "msgraph_sdk")
# Groups at once; the best of 8, 16, 32 and 64 for 10,000 users, of 8, 16 and 32 for 500 with msgraph-sdk, which is busy
# computing whatever the number (`python -m bench.peers READER --concurrency N` tries one).
CONCURRENCY = {PRODUCT: 0, "dlt_source": 64, "provider_hook": 16, "msgraph_sdk": 8}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One reader's best round: the shortest. ``missing`` says which rows differ from the tenant's, and by how many."""

    reader: str
    requests: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    rows: int
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One tenant: its rows by kind, each reader's best round, and why some reader could not be measured.

    ``versions``: of the readers that are packages. ``at_once``: groups at once; the product decides for itself.
    """

    rows: dict[str, int]
    latency_ms: int
    rounds: int
    readings: dict[str, Reading]
    versions: dict[str, str]
    at_once: dict[str, int]
    not_measured: dict[str, str]

    def times(self, reader: str, kind: str) -> float | None:
        """How often the product's figure that is; None without one. ``kind``: the name of a figure of a reading."""
        own = self.readings.get(PRODUCT)
        return getattr(self.readings[reader], kind) / getattr(own, kind) if own else None


def measure(
    folder: Path, *, users: int, groups: int, readers: Sequence[str], rounds: int = 2, concurrency: int | None = None
) -> Comparison:
    """Let each reader read one tenant, in turns. A reader that cannot be measured is kept with the reason."""
    pythons, not_measured = interpreters(readers)
    expected = rows_of_company(users, groups).summary()
    at_once = {reader: CONCURRENCY[reader] if concurrency is None else concurrency for reader in pythons}
    best: dict[str, Reading] = {}
    folder.mkdir(exist_ok=True)
    with serve(folder / "sandbox", users=users, groups=groups, latency_ms=LATENCY_MS, memory_only=True) as tenant:
        for _ in range(rounds):
            for reader, python in pythons.items():
                try:
                    reading = read_once(reader, python, tenant, expected, folder, at_once[reader])
                except ChildFailed as error:
                    not_measured[reader] = str(error)
                    continue
                if reader not in best or reading.wall_s < best[reader].wall_s:
                    best[reader] = reading
    return Comparison(
        rows={kind: part["rows"] for kind, part in expected.items()},
        latency_ms=LATENCY_MS,
        rounds=rounds,
        readings={reader: best[reader] for reader in pythons if reader in best},
        versions={name: version(PACKAGES[name], python) for name, python in pythons.items() if name in PACKAGES},
        at_once=at_once,
        not_measured=not_measured,
    )


def interpreters(readers: Sequence[str]) -> tuple[dict[str, Path], dict[str, str]]:
    """The Python of each reader, and why the packages of some cannot be installed."""
    found: dict[str, Path] = {}
    missing: dict[str, str] = {}
    for reader in readers:
        try:
            found[reader] = peers_python() if reader in OWN_ENVIRONMENT else Path(sys.executable)
        except NotInstalled as error:
            missing[reader] = f"cannot be installed: {error}"
    return found, missing


def version(package: str, python: Path) -> str:
    """The version of a package that ``python`` has."""
    code = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    done = subprocess.run([python, "-c", code, package], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def read_once(
    reader: str, python: Path, tenant: Served, expected: dict[str, dict[str, Any]], folder: Path, concurrency: int
) -> Reading:
    """Let one reader read the tenant. Raises ChildFailed."""
    given = {
        "connection": tenant.connection,
        "user_select": ",".join(user_select(ACCOUNT)),
        "group_select": ",".join(GROUP_SELECT),
        "concurrency": concurrency,
    }
    environ = {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": str(folder / "dlt"),
        "AIRFLOW_HOME": str(folder / "airflow"),
        # The hook logs every address.
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
    }
    tenant.counters()
    result = run(f"bench.peers.{reader}", given, python=python, folder=folder, environ=environ)
    read = result["rows"]
    return Reading(
        reader=reader,
        requests=tenant.counters()["requests"],
        wall_s=result["wall_s"],
        cpu_s=result["cpu_s"],
        peak_mib=result["peak_mib"],
        rows=sum(part["rows"] for part in read.values()),
        missing=tuple(f"{k} {read[k]['rows']:,} of {expected[k]['rows']:,}" for k in read if read[k] != expected[k]),
    )


def show(found: Comparison) -> None:
    """One line per reader; ratios to the product. Who was not measured is named as loudly as who was."""
    counts = ", ".join(f"{number:,} {kind}" for kind, number in found.rows.items())
    rounds = f"the best of {found.rounds} rounds"
    print(f"\nThe extract beside its peers ({counts}; {found.latency_ms} ms a request; {rounds})")
    for name, why in found.not_measured.items():
        print(f"  NOT MEASURED{' EACH TIME' * (name in found.readings)}: {READERS[name]}: {why}")
    print(f"  {'':<22} {'at once':>8} {'requests':>9} {'wall s':>14} {'CPU s':>15} {'peak MiB':>9}  rows")
    for name, reading in found.readings.items():
        at_once = "adapts" if name == PRODUCT else str(found.at_once[name])
        wall, cpu = (found.times(name, kind) for kind in ("wall_s", "cpu_s"))
        ratios = ["" if ratio is None else f"({ratio:.1f} x)" for ratio in (wall, cpu)]
        same = "the same" if not reading.missing else "NOT the same: " + ", ".join(reading.missing)
        print(
            f"  {READERS[name]:<22} {at_once:>8} {reading.requests:>9,} {reading.wall_s:>6.2f} {ratios[0]:>7}"
            f" {reading.cpu_s:>6.2f} {ratios[1]:>8} {reading.peak_mib:>9.0f}  {reading.rows:,}, {same}"
        )


def rows_of_company(users: int, groups: int) -> Rows:
    """What is in the tenant that ``serve`` builds, and may be read: no members of groups that hide them."""
    company = build_company(users=users, groups=groups)
    shown = [g for g, group in company.groups.items() if group.attributes["visibility"] != "HiddenMembership"]
    return Rows(
        users={user: company.manager_of(user) for user in company.users},
        groups=set(company.groups),
        memberships={(group, member) for group in shown for member in company.members(group)},
    )
