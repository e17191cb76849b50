"""Floors: what a night costs at least, measured on the same bytes and the same rows.

python -m bench.floors    JSON on standard input (see bench.nights), one JSON line out
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pandas as pd
import psycopg
import pyarrow as pa
from upath import UPath

from bench.step import ACCOUNT, sign_in
from entra_sync.extract import calls
from entra_sync.extract.columns import parse_json
from entra_sync.extract.tenant import extract_tenant
from entra_sync.store import read_table

PAGE_WITH_MANAGER, PAGE, BATCH = 100, 999, 20


def requests_by_contract(users: int, groups: int, batched: int) -> int:
    """Fewest requests: user pages of 100 (capped by ``$expand``), group pages of 999, batches of 20, two counts."""
    return math.ceil(users / PAGE_WITH_MANAGER) + math.ceil(groups / PAGE) + math.ceil(batched / BATCH) + 2


def parse_seconds(connection: dict[str, Any]) -> dict[str, float]:
    """Read the tenant once, keep every body, and time only the JSON parsing of them."""
    bodies: list[bytes] = []

    def keep(content: bytes) -> Any:
        bodies.append(content)
        return parse_json(content)

    with tempfile.TemporaryDirectory() as folder, patch.object(calls, "parse_json", keep):
        extract_tenant(sign_in(connection), ACCOUNT, UPath(folder), run_id=0)
    started = time.perf_counter()
    for body in bodies:
        orjson.loads(body)
    return {"parse_s": time.perf_counter() - started, "bytes": float(sum(map(len, bodies)))}


def read_seconds(snapshot: str) -> float:
    """pandas' own reading of the snapshot's tables; loading pandas does not count."""
    paths = [Path(snapshot) / f"{name}.parquet" for name in ("users", "groups", "memberships")]
    pd.read_parquet(paths[0])
    started = time.perf_counter()
    for path in paths:
        pd.read_parquet(path)
    return time.perf_counter() - started


def copy_seconds(database: str, curated: str) -> float:
    """COPY the curated rows into plain tables without index or constraint."""
    tables = {name: read_table(UPath(curated) / f"{name}.parquet") for name in ("profile", "team", "team_member")}
    with psycopg.connect(database) as connection:
        rows = {name: _rows(table) for name, table in tables.items()}
        started = time.perf_counter()
        for name, table in tables.items():
            columns = ", ".join(f"{column} text" for column in table.column_names)
            connection.execute(f"create temp table floor_{name} ({columns})")
            with connection.cursor().copy(f"copy floor_{name} from stdin") as copy:
                for row in rows[name]:
                    copy.write_row(row)
        seconds = time.perf_counter() - started
        connection.rollback()
    return seconds


def _rows(table: pa.Table) -> list[tuple[str | None, ...]]:
    columns = [[None if v is None else str(v) for v in column.to_pylist()] for column in table.columns]
    return list(zip(*columns, strict=True))


def main() -> int:
    """Measure every floor of one night."""
    given = json.loads(sys.stdin.read())
    floors: dict[str, float] = parse_seconds(given["connection"])
    floors["read_s"] = read_seconds(given["extract"])
    floors["copy_s"] = copy_seconds(given["database"], given["transform"])
    print(json.dumps(floors))
    return 0


if __name__ == "__main__":
    sys.exit(main())
