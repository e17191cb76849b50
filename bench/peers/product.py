"""This product's extract: into Parquet files and a sealed manifest, as a night does it."""

from __future__ import annotations

import tempfile
from dataclasses import asdict

from upath import UPath

from bench.child import give, measured, read_given
from bench.peers.rows import Rows
from bench.step import ACCOUNT, sign_in
from entra_sync.extract.snapshot import read_manifest, read_tables
from entra_sync.extract.tenant import extract_tenant


def rows_of(folder: str) -> Rows:
    """Read back what the snapshot holds."""
    tables = read_tables(folder, read_manifest(folder))
    rows = Rows(groups=set(map(str, tables.groups["id"].to_pylist())))
    for user in tables.users.select(["id", "manager_id"]).to_pylist():
        rows.users[user["id"]] = user["manager_id"]
    for link in tables.memberships.to_pylist():
        rows.memberships.add((link["group_id"], link["member_id"]))
    return rows


def main() -> None:
    """Extract once; reading the snapshot back is not counted."""
    connection = sign_in(read_given()["connection"])
    with tempfile.TemporaryDirectory() as name:
        folder = UPath(name) / "1"
        _, cost = measured(lambda: extract_tenant(connection, ACCOUNT, folder, run_id=1, mode="full"))
        give({"rows": rows_of(str(folder)).summary(), **asdict(cost)})


if __name__ == "__main__":
    main()
