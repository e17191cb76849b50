"""What ``make bench`` keeps is what its parts measure: tiny runs of them, and what is said when one cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import growth, parsing
from bench.child import ChildFailed
from bench.machine import PACKAGES, this_machine
from bench.peers import side_by_side
from bench.peers.environment import NotInstalled
from bench.report import growth as picture
from bench.report.sized import growth as section
from entra_sync.local.postgres import Postgres
from tests.conftest import short_folder

USERS = 60


def test_a_size_is_read_checked_and_loaded_and_can_be_told_and_drawn(
    postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    with short_folder() as folder:
        (size,) = growth.measure(folder, postgres, (USERS,))
    growth.show(size, None)
    said = capsys.readouterr().out + section((size,))

    assert size.extraction.counts["users"] == size.loading.rows["person"] == USERS
    assert size.extraction.requests >= size.extraction.bound.requests > 0
    assert size.rules.counts["checks"] > 50
    for name, cost in size.costs().items():
        assert cost.wall_s > 0 < cost.cpu_s, name
        assert cost.peak_mib > 20, name
        assert said.count(name) == 2, name
    assert "first load" in picture.draw((size,))


def test_a_dag_file_is_parsed_beyond_airflow() -> None:
    parsed = parsing.measure(1)

    assert parsed.airflow_s > 0 < parsed.beyond_s
    assert parsed.rounds == 1


def test_the_machine_has_processors_memory_and_versions(database_url: str) -> None:
    own = this_machine(database_url)

    assert own.cpus > 0 < own.memory_bytes
    assert own.postgres.startswith("18.")
    assert list(own.packages) == list(PACKAGES)
    assert all(own.packages.values())


def test_a_reader_that_cannot_be_installed_or_fails_is_kept_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused() -> Path:
        raise NotInstalled("no index")

    def fails(reader: str, *rest: object) -> side_by_side.Reading:
        if reader == "provider_hook":
            raise ChildFailed("ended with status 1")
        return real(reader, *rest)  # type: ignore[arg-type]

    real = side_by_side.read_once
    monkeypatch.setattr(side_by_side, "peers_python", refused)
    monkeypatch.setattr(side_by_side, "read_once", fails)
    readers = ["product", "dlt_source", "provider_hook"]
    found = side_by_side.measure(tmp_path / "peers", users=USERS, groups=10, readers=readers, rounds=1)
    side_by_side.show(found)
    said = capsys.readouterr().out

    assert found.not_measured == {
        "dlt_source": "cannot be installed: no index",
        "provider_hook": "ended with status 1",
    }
    assert list(found.readings) == ["product"]
    assert found.readings["product"].missing == ()
    assert "NOT MEASURED: dlt rest_api: cannot be installed: no index" in said
