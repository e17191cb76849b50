"""``python -m bench.loading --users 1000000``: a first load, an unchanged one and one of 1 % changed, beside COPY.

The floor is the COPY of the same rows, sent in the same way, into ordinary tables without an index, in the same server.
There is a group for 20 users and five memberships per user, and transform made the tables of them; an unchanged load is
measured with what transform found to note, and without. Floor and loads take turns; ratios are of medians. ``--sizes
100000 1000000`` measures several sizes, ``--profile`` shows where time goes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench.child import Cost, run
from bench.server_cost import ServerCost, so_far
from bench.synthetic import GROUPS_PER_USER, MEMBERSHIPS_PER_USER
from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate

FLOOR = "floor"
# The nights of a round, each with the day of its tables; a floor before each.
NIGHTS = {"first": 1, "unchanged": 1, "no findings": 1, "1 % changed": 2}
COUNTED = (
    *("users_created", "users_updated", "users_deactivated", "users_unchanged"),
    *("teams_created", "teams_updated", "teams_archived", "members_added", "members_removed", "errors", "warnings"),
)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One floor or one load, once."""

    cost: Cost
    server: ServerCost
    counts: dict[str, Any]
    seconds: dict[str, float]

    @property
    def cpu_s(self) -> float:
        """Of client and server."""
        return self.cost.cpu_s + self.server.cpu_s


Pieces = dict[str, list[Piece]]
KINDS: dict[str, Callable[[Piece], float]] = {
    "wall": lambda piece: piece.cost.wall_s,
    "cpu": lambda piece: piece.cpu_s,
    "client": lambda piece: piece.cost.cpu_s,
    "peak": lambda piece: piece.cost.peak_mib,
    "wal": lambda piece: piece.server.wal_bytes,
}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Rows of the tables, and the pieces by name, ``floor`` among them."""

    rows: dict[str, int]
    pieces: Pieces

    def median(self, name: str, kind: str) -> float:
        """The median of a piece's rounds. ``kind``: wall, cpu (client and server), client, peak, wal."""
        return median(map(KINDS[kind], self.pieces[name]))

    def floors(self, name: str, kind: str) -> float:
        """How often the floor that is."""
        return self.median(name, kind) / self.median(FLOOR, kind)


def measure(folder: Path, server: Postgres, *, users: int, rounds: int, profile: bool = False) -> Measured:
    """Make the tables of two days and load them in each round into an empty database. Raises ChildFailed."""
    folder.mkdir(exist_ok=True)
    sizes = {"users": users, "groups": round(users * GROUPS_PER_USER), "memberships": users * MEMBERSHIPS_PER_USER}
    made = run("bench.loading_child", {"work": "prepare", "folder": str(folder), **sizes})
    pieces: Pieces = {name: [] for name in (FLOOR, *NIGHTS)}
    for number in range(rounds):
        name = f"loading_{users}_{number}"
        server.create_database(name)
        url = server.url(name)
        migrate(url)
        given = {"folder": str(folder), "database": url, "groups": made["groups"], "profile": profile}
        for night, day in NIGHTS.items():
            pieces[FLOOR].append(_piece(server, {**given, "work": "floor", "day": day}))
            _as_autovacuum_does(url)
            pieces[night].append(
                _piece(server, {**given, "work": "load", "day": day, "run": night, "findings": night != "no findings"})
            )
            _as_autovacuum_does(url)
        server.drop_database(name)
    return Measured(rows=made["rows"], pieces=pieces)


def _piece(server: Postgres, given: dict[str, Any]) -> Piece:
    pid = server.pid()
    assert pid is not None
    before = so_far(given["database"], pid)
    told = run("bench.loading_child", given)
    return Piece(
        cost=Cost(**told["cost"]),
        server=so_far(given["database"], pid) - before,
        counts=told.get("counts", {}),
        seconds=told.get("seconds", {}),
    )


def _as_autovacuum_does(url: str) -> None:
    """Between two nights there is a day."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema if exists floor cascade")
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def show(found: Measured) -> None:
    """A line per piece with its ratios to the floor, and what each load counted."""
    print(f"\nLoading {', '.join(f'{number:,} {name}' for name, number in found.rows.items())}")
    print(f"  {'':<12} {'wall s':>8} {'CPU s':>8} {'client':>8} {'peak MiB':>9} {'WAL MB':>9} {'wall':>8} {'CPU':>8}")
    for name in found.pieces:
        wall, cpu, client, peak, wal = (found.median(name, kind) for kind in KINDS)
        ratios = f"{found.floors(name, 'wall'):>6.2f} x {found.floors(name, 'cpu'):>6.2f} x"
        print(f"  {name:<12} {wall:>8.2f} {cpu:>8.2f} {client:>8.2f} {peak:>9.0f} {wal / 1e6:>9.2f} {ratios}")
    for name in NIGHTS:
        counts = found.pieces[name][-1].counts
        print(f"  {name}: {', '.join(f'{counts[key]:,} {key}' for key in COUNTED if counts[key])}; {counts['status']}")


def show_statements(found: Measured, share: float = 0.01) -> None:
    """Wall seconds of each statement that takes more than a share of its load."""
    for night in NIGHTS:
        seconds = found.pieces[night][-1].seconds
        whole = sum(seconds.values())
        print(f"\n  {night}: {whole:.2f} s in statements")
        for name, value in sorted(seconds.items(), key=lambda item: -item[1]):
            if value >= whole * share:
                print(f"    {name:<24} {value:>8.2f} s {value / whole:>6.1%}")


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.loading", description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--sizes", type=int, nargs="+", metavar="USERS", help="several sizes, smallest first")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="wall seconds per statement")
    given = parser.parse_args()
    for users in given.sizes or [given.users]:
        with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
            folder = Path(name)
            folder.chmod(0o711)
            with Postgres(folder / "postgres") as server:
                found = measure(folder, server, users=users, rounds=given.rounds, profile=given.profile)
        show(found)
        if given.profile:
            show_statements(found)


if __name__ == "__main__":
    main()
