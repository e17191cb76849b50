"""What the bench compares is comparable: readers of the same tenant give the same rows, and a lack of rows shows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.child import ChildFailed, run
from bench.extraction import extract
from bench.peers.product import rows_of
from bench.peers.side_by_side import read_once, rows_of_company
from bench.server import serve

USERS, GROUPS = 120, 20


@pytest.mark.parametrize("reader", ["product", "provider_hook"])
def test_a_reader_reads_the_whole_company(reader: str, tmp_path: Path) -> None:
    expected = rows_of_company(USERS, GROUPS).summary()
    with serve(tmp_path / "sandbox", users=USERS, groups=GROUPS, memory_only=True) as tenant:
        reading = read_once(reader, Path(sys.executable), tenant, expected, tmp_path, 8)

    assert reading.missing == ()
    assert reading.rows == sum(part["rows"] for part in expected.values())
    assert reading.requests > 2
    assert reading.wall_s > 0 < reading.cpu_s
    assert reading.peak_mib > 20


def test_rows_that_lack_are_told(tmp_path: Path) -> None:
    expected = rows_of_company(USERS + 1, GROUPS).summary()
    with serve(tmp_path / "sandbox", users=USERS, groups=GROUPS, memory_only=True) as tenant:
        reading = read_once("product", Path(sys.executable), tenant, expected, tmp_path, 0)

    assert f"users {USERS} of {USERS + 1}" in reading.missing


def test_after_changes_both_readings_hold_the_same_rows(tmp_path: Path) -> None:
    with serve(tmp_path / "sandbox", users=400, groups=40, memory_only=True) as tenant:
        extract(tenant.connection, tmp_path / "landing", 1, mode="full")
        changed = tenant.change(0.05)
        tenant.counters()
        again, _ = extract(tenant.connection, tmp_path / "landing", 2, mode="incremental")
        asked = tenant.counters()
        extract(tenant.connection, tmp_path / "landing", 3, mode="full")

    assert changed["users"] == 20
    assert again.mode == "incremental"
    # The server counts the two requests for a token, too.
    assert asked["requests"] == again.traffic["requests"] + 2
    before, after, whole = (rows_of(str(tmp_path / "landing" / run)).summary() for run in "123")
    assert before != after == whole


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(ChildFailed, match=r"(?s)bench\.extraction ended with status 1: .*KeyError: 'connection'"):
        run("bench.extraction", {})
