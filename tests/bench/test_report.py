"""The page of ``make bench``: every section is there, and its numbers are those of the record. Pictures are XML."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.loading import FLOOR
from bench.nights import STEPS
from bench.peers.side_by_side import PRODUCT
from bench.record import Record
from bench.report import write
from bench.report.figures import figure, times
from tests.bench.a_record import PICTURES, RECORD, compared, reading

SECTIONS = [
    "The machine",
    "Airflow's share",
    "The steps of a night",
    "Loading 10,000 people",
    "Rules",
    "Growth with size",
    "Beside its peers",
    "How to repeat it",
]


def page(record: Record, folder: Path) -> str:
    write(record, folder / "benchmarks.md")
    return (folder / "benchmarks.md").read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of all tables."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]


def test_a_record_that_was_kept_is_the_same(tmp_path: Path) -> None:
    RECORD.save(tmp_path / "kept" / "bench.json")

    assert Record.load(tmp_path / "kept" / "bench.json") == RECORD


def test_a_record_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text('{"started": "2026-11-29T00:00:00Z"}')

    with pytest.raises(ValueError, match="took_s"):
        Record.load(tmp_path / "bench.json")


def test_the_command_writes_the_page_of_a_record_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    RECORD.save(tmp_path / "bench.json")
    before = page(RECORD, tmp_path / "before")
    arguments = ["--from", str(tmp_path / "bench.json"), "--page", str(tmp_path / "docs" / "benchmarks.md")]
    monkeypatch.setattr("sys.argv", ["bench", *arguments])

    assert main() == 0
    assert (tmp_path / "docs" / "benchmarks.md").read_text(encoding="utf-8") == before
    assert sorted(path.stem for path in (tmp_path / "docs" / "images").iterdir()) == sorted(
        f"bench-{name}" for name in PICTURES
    )


def test_every_section_is_there_and_every_picture_is_shown(tmp_path: Path) -> None:
    text = page(RECORD, tmp_path)

    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert re.findall(r"\]\((images/.+?)\)", text) == [
        f"images/bench-{name}.svg" for name in ("steps", "growth", "peers")
    ]
    assert max(len(line) for line in text.splitlines() if not line.startswith(("|", "!"))) <= 125


def test_the_machine_is_named(tmp_path: Path) -> None:
    text = section(page(RECORD, tmp_path), "The machine")

    own = RECORD.machine
    for word in (f"{own.cpus} of {own.architecture}", "12 GiB", own.system, own.python, own.postgres, own.commit):
        assert word in text
    for name, version in own.packages.items():
        assert f"{name} {version}" in text
    assert "2026-11-29 03:04 UTC" in text
    assert "DAG file 0.4, peers 2.5" in text
    assert "not committed" not in text
    changed = replace(RECORD, machine=replace(own, changed=True))
    assert "not committed" in section(page(changed, tmp_path), "The machine")


def test_the_figures_that_matter_most_come_first(tmp_path: Path) -> None:
    told = dict(cells for cells in rows(page(RECORD, tmp_path).partition("\n## ")[0]) if len(cells) == 2)

    first, again, later = RECORD.nights.nights
    assert (
        told["a first night of 1,000 people, all steps"] == f"{figure(first.wall_s)} s, {figure(first.cpu_s)} s of CPU"
    )
    assert told["the same directory again"] == f"{figure(again.wall_s)} s, {figure(again.cpu_s)} s of CPU"
    assert told["a working day later"] == f"{figure(later.wall_s)} s, {figure(later.cpu_s)} s of CPU"
    assert "60 beside 48, 1.25 x" in told.values()
    assert times((14.2 / 10.1 + 15.3 / 9.9) / 2) in told.values()


def test_each_steps_figures_are_the_records(tmp_path: Path) -> None:
    found = section(page(RECORD, tmp_path), "The steps of a night")
    told = {cells[0]: cells[1:] for cells in rows(found) if len(cells) == 7}

    for step in STEPS:
        costs = [one.costs[step] for one in RECORD.nights.nights]
        assert told[step] == [figure(value) for one in costs for value in (one.wall_s, one.cpu_s)]
    floors = {cells[0].partition(":")[0]: cells[1:] for cells in rows(found) if len(cells) == 4}
    load = RECORD.nights.nights[0].costs["load"]
    assert floors["load, wall time"] == [f"{figure(load.wall_s)} s", "0.37 s", times(load.wall_s / 0.37)]
    assert floors["requests"] == ["60", "48", "1.25 x"]


def test_loads_stand_beside_copy(tmp_path: Path) -> None:
    told = {cells[0]: cells[1:] for cells in rows(section(page(RECORD, tmp_path), "Loading 10,000 people"))}

    floor, first = (RECORD.sizes[-1].loading.pieces[name][0] for name in (FLOOR, "first"))
    assert told["COPY of the same rows"][:2] == [figure(floor.cost.wall_s), figure(floor.cpu_s)]
    assert told["first load"] == [
        *(figure(value) for value in (first.cost.wall_s, first.cpu_s, first.cost.cpu_s)),
        f"{first.cost.peak_mib:,.0f}",
        figure(first.server.wal_bytes / 1e6),
        times(first.cost.wall_s / floor.cost.wall_s),
        times(first.cpu_s / floor.cpu_s),
    ]
    assert set(told) >= {"nothing changed", "nothing changed, nothing to note", "1 % changed"}


def test_every_size_has_its_rules_and_its_growth(tmp_path: Path) -> None:
    text = page(RECORD, tmp_path)
    ruled = {(cells[0], cells[1]): cells[2:] for cells in rows(section(text, "Rules"))}
    grown = {cells[0]: cells[1:] for cells in rows(section(text, "Growth with size")) if len(cells) == 6}

    for one in RECORD.sizes:
        people = f"{one.users:,}"
        for step in ("validate", "transform"):
            took = one.rules.costs[step]
            told = [figure(took.wall_s), figure(took.cpu_s), f"{took.peak_mib:,.0f}"]
            assert ruled[people, step][:3] == told
        assert grown[people] == [
            f"{figure(took.wall_s)}, {figure(took.cpu_s)}, {took.peak_mib:,.0f}" for took in one.costs().values()
        ]


def test_each_reader_stands_beside_the_product(tmp_path: Path) -> None:
    told = {
        cells[0]: cells[1:] for cells in rows(section(page(RECORD, tmp_path), "Beside its peers")) if len(cells) == 7
    }

    assert told["dlt rest_api 1.2.3"] == ["64", "77", "8.40 (4.4 x)", "2.80 (4.4 x)", "150", "5,000, the same"]
    assert told["msgraph-sdk 1.2.3"][2] == "33.0 (30 x)"
    assert told["this product"][2] == "1.10"


def test_a_peer_that_cannot_be_installed_is_named_and_nothing_else_is_lost(tmp_path: Path) -> None:
    why = "cannot be installed: error: https://packages.example.com/simple refused"
    alone = compared(reading(PRODUCT, 1.1), not_measured={"msgraph_sdk": why})
    text = page(replace(RECORD, peers=(RECORD.peers[0], alone)), tmp_path)

    assert "**Not measured:** msgraph-sdk, 1,000 users: its packages could not be installed." in text
    assert "msgraph-sdk not measured" in text.partition("\n## ")[0]
    # Addresses of this machine's surroundings stay in the record.
    assert "example.com" not in text
    assert "dlt rest_api 1.2.3" in text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS


def test_without_any_peer_the_page_has_no_picture_of_them(tmp_path: Path) -> None:
    alone = compared(reading(PRODUCT, 1.1), not_measured={"dlt_source": "ended with status 1"})
    text = page(replace(RECORD, peers=(alone,)), tmp_path)

    assert "bench-peers.svg" not in text
    assert "**Not measured:** dlt rest_api, 1,000 users: it ended with an error." in text


def test_a_peer_that_failed_once_is_named_beside_its_figures(tmp_path: Path) -> None:
    once = compared(reading(PRODUCT, 1.1), reading("msgraph_sdk", 33.0), not_measured={"msgraph_sdk": "status 1"})
    text = page(replace(RECORD, peers=(once,)), tmp_path)

    assert "**Not measured each time:** msgraph-sdk, 1,000 users: it ended with an error in one of the rounds." in text
    assert "33.0 (30 x)" in text


def test_rows_that_lack_are_told_on_the_page(tmp_path: Path) -> None:
    lacking = compared(reading(PRODUCT, 1.1), reading("dlt_source", 2.0, ("users 999 of 1,000",)))

    assert "**not the same:** users 999 of 1,000" in page(replace(RECORD, peers=(lacking,)), tmp_path)


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0.00"), (0.042, "0.042"), (0.42, "0.42"), (4.2, "4.20"), (42, "42.0"), (4200, "4,200")]
)
def test_a_figure_has_about_three_digits(value: float, shown: str) -> None:
    assert figure(value) == shown
