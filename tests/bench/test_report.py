"""The page of ``make bench``: every section is there, and its numbers are those of the record. Pictures are XML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.bounds import Bound
from bench.child import Cost
from bench.growth import Extraction, Size
from bench.loading import FLOOR, NIGHTS, Piece
from bench.loading import Measured as Loaded
from bench.machine import Machine
from bench.nights import STEPS, Floors, Night, Nights
from bench.parsing import Parsed
from bench.peers.side_by_side import CONCURRENCY, PRODUCT, Comparison, Reading
from bench.ratio import Turn, Turns
from bench.record import Record
from bench.report import growth, peers, steps, write
from bench.report.figures import figure, times
from bench.report.growth import APART, BOTTOM, spread
from bench.report.scales import Linear, Logarithmic
from bench.rules import STEPS as RULES
from bench.rules import Measured as Ruled
from bench.server_cost import ServerCost

PICTURES = ("steps", "peers", "growth")
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


def cost(seconds: float) -> Cost:
    """Every figure of every piece of work is another."""
    return Cost(wall_s=seconds, cpu_s=seconds * 0.71, peak_mib=100 + seconds * 10)


def night(name: str, factor: float) -> Night:
    return Night(
        name=name,
        outcome="success",
        counts={"users": 1000, "groups": 50, "memberships": 5000},
        requests=60,
        retries=0,
        costs={step: cost(factor * place) for place, step in enumerate(STEPS, start=1)},
    )


def size(users: int) -> Size:
    unit = users / 1000
    return Size(
        users=users,
        extraction=Extraction(
            counts={"users": users, "groups": users // 20, "memberships": users * 5},
            requests=round(130 * unit),
            units=round(240 * unit),
            throttled=0,
            latency_ms=50,
            cost=cost(1.37 * unit),
            bound=Bound(requests=round(100 * unit), items=0, units=round(200 * unit)),
        ),
        rules=Ruled(
            users=users,
            costs={step: cost(2.03 * unit * place) for place, step in enumerate(RULES, start=1)},
            counts={"checks": 113},
        ),
        loading=Loaded(
            rows={"profile": users, "person": users, "team": users // 20, "team_member": users * 5},
            pieces={name: [piece(unit * place)] for place, name in enumerate((FLOOR, *NIGHTS), start=1)},
        ),
    )


def piece(seconds: float) -> Piece:
    server = ServerCost(cpu_s=seconds * 0.29, wal_bytes=round(seconds * 1e6))
    return Piece(cost=cost(seconds * 1.13), server=server, counts={"status": "success"}, seconds={})


def reading(reader: str, seconds: float, missing: tuple[str, ...] = ()) -> Reading:
    rows = 5000 - len(missing)
    return Reading(
        reader=reader, requests=77, wall_s=seconds, cpu_s=seconds / 3, peak_mib=150.0, rows=rows, missing=missing
    )


def compared(*readings: Reading, not_measured: dict[str, str] | None = None) -> Comparison:
    names = [one.reader for one in readings]
    return Comparison(
        rows={"users": 1000, "managers": 990, "groups": 50, "memberships": 5000},
        latency_ms=50,
        rounds=2,
        readings={one.reader: one for one in readings},
        versions={name: "1.2.3" for name in names if name != PRODUCT},
        at_once={name: CONCURRENCY[name] for name in names},
        not_measured=not_measured or {},
    )


RECORD = Record(
    started=datetime(2026, 11, 29, 3, 4, 5, tzinfo=UTC),
    took_s=754.0,
    machine=Machine(
        cpus=3,
        architecture="riscv64",
        memory_bytes=12 * 2**30,
        system="Some Linux 7",
        python="3.12.1",
        postgres="18.4",
        packages={"apache-airflow": "3.3.2", "pandas": "3.1.1", "msal": "1.39.0"},
        commit="abc1234",
        changed=False,
    ),
    load_averages={"DAG file": 0.4, "peers": 2.5},
    parsing=Parsed(airflow_s=1.91, beyond_s=0.23, rounds=3),
    ratio=Turns(turns=(Turn(sync_s=14.2, empty_s=10.1), Turn(sync_s=15.3, empty_s=9.9))),
    nights=Nights(
        latency_ms=50,
        nights=(night("first load", 1.11), night("the same again", 0.57), night("a working day later", 0.83)),
        floors=Floors(requests=48, chain_s=0.55, json_bytes=3_400_000, parse_s=0.043, read_s=0.21, copy_s=0.37),
    ),
    sizes=(size(1000), size(10_000)),
    peers=(
        compared(reading(PRODUCT, 1.9), reading("dlt_source", 8.4), reading("provider_hook", 6.1)),
        compared(reading(PRODUCT, 1.1), reading("msgraph_sdk", 33.0)),
    ),
)


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
    ("draw", "words"),
    [
        (
            lambda: steps.draw(RECORD.nights),
            ["validate", "a working day later", "floor of the first load", "seconds of wall time"],
        ),
        (lambda: peers.draw(RECORD.peers), ["this product", "msgraph-sdk 1.2.3", "33.0 s (30 x)", "seconds"]),
        (lambda: growth.draw(RECORD.sizes), ["CPU seconds", "peak memory, MiB", "people", "10,000", "first load"]),
    ],
    ids=PICTURES,
)
def test_a_picture_is_xml_with_words_and_units_inside_its_frame(draw: Callable[[], str], words: list[str]) -> None:
    picture = ElementTree.fromstring(draw())

    said = "\n".join(picture.itertext())
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert [word for word in words if word not in said] == []
    width, height = map(float, picture.attrib["viewBox"].split()[2:])
    for part in picture:
        for name, most in (("x", width), ("x1", width), ("x2", width), ("y", height), ("y1", height), ("y2", height)):
            assert 0 <= float(part.attrib.get(name, 0)) <= most, ElementTree.tostring(part)


def test_bars_are_as_long_as_what_they_show() -> None:
    picture = ElementTree.fromstring(steps.draw(RECORD.nights))
    bars = {}
    for part in picture.iter("{http://www.w3.org/2000/svg}rect"):
        for title in part:
            bars[(title.text or "").partition(":")[0]] = float(part.attrib["width"])

    first, again = (one.costs["load"].wall_s for one in RECORD.nights.nights[:2])
    assert bars["load, first load"] / bars["load, the same again"] == pytest.approx(first / again, rel=0.01)


def test_a_scale_marks_round_values() -> None:
    assert Linear(most=31.7, start=0, end=100).marks() == [0, 10, 20, 30]
    assert Linear(most=0.43, start=0, end=100).marks() == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    scale = Logarithmic.around([1000, 10_000, 100_000], start=0, end=100)
    assert scale.marks() == pytest.approx([1000, 10_000, 100_000])
    assert [scale.at(value) for value in (1000, 10_000, 100_000)] == pytest.approx([0, 50, 100])
    assert Logarithmic.around([10.0], start=0, end=100).marks() == pytest.approx([10, 100])


@pytest.mark.parametrize("ends", [[100, 100, 100, 100], [BOTTOM, BOTTOM, BOTTOM - 1], [200, 100, 101, 300, 99]])
def test_names_of_lines_never_lie_on_each_other(ends: list[float]) -> None:
    found = sorted(spread(ends))

    assert all(after - before >= APART - 1e-9 for before, after in pairwise(found))
    assert found[-1] <= BOTTOM


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0.00"), (0.042, "0.042"), (0.42, "0.42"), (4.2, "4.20"), (42, "42.0"), (4200, "4,200")]
)
def test_a_figure_has_about_three_digits(value: float, shown: str) -> None:
    assert figure(value) == shown
