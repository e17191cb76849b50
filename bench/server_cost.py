"""What some work cost the database server: its CPU time, and the log (WAL) that it wrote."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psycopg

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class ServerCost:
    """CPU is that of all of the server's processes, its background ones too; so is the log."""

    cpu_s: float
    wal_bytes: int

    def __sub__(self, other: ServerCost) -> ServerCost:
        return ServerCost(cpu_s=self.cpu_s - other.cpu_s, wal_bytes=self.wal_bytes - other.wal_bytes)


def so_far(url: str, pid: int) -> ServerCost:
    """Since the server ``pid`` started."""
    with psycopg.connect(url) as connection:
        row = connection.execute("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint").fetchone()
    assert row is not None
    processes = [_fields(path) for path in Path("/proc").glob("[0-9]*")]
    # user, system, and those of children that ended.
    ticks = sum(sum(map(int, found[13:17])) for found in processes if found and str(pid) in (found[0], found[3]))
    return ServerCost(cpu_s=ticks / TICKS, wal_bytes=row[0])


def _fields(path: Path) -> list[str]:
    """The fields of /proc/<pid>/stat, the name in brackets as one; empty for a process that has ended."""
    try:
        text = (path / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return []
    name_end = text.rindex(")")
    number = text.split(" ", 1)[0]
    return [number, "name", *text[name_end + 2 :].split()]
