"""The arithmetic of ``python -m bench.midnight``, on nights that one can work out by hand. Nothing is started."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.midnight.accounts import accounts
from bench.midnight.fairness import jain, quarters, tenths, waited
from bench.midnight.ideal import AFTER, as_configured, bounds, first_come, longest, ordered, upstream_weight
from bench.midnight.load import at_once, at_once_within, busiest, readings
from bench.midnight.picture import draw
from bench.midnight.recorded import Night, Request, Sample, Step
from bench.midnight.report import show
from entra_sync.airflow.accounts import account_dags
from entra_sync.airflow.midnight import Midnight

POOLS = {"extract": "entra_sync_extract", "load": "entra_sync_load"}
SLOTS = {"workers": 2, "entra_sync_extract": 1, "entra_sync_load": 1}


def step(account: str, name: str, started: float, seconds: float) -> Step:
    pool = POOLS.get(name, "default_pool")
    ended = started + seconds
    return Step(
        account=account, name=name, pool=pool, queued=started, started=started, ended=ended, slot_s=seconds, tries=1
    )


def in_turn(seconds: Mapping[str, float], people: Mapping[str, int], *, told: bool = True) -> Night:
    """A night with one account after the other; each of its steps takes so many seconds."""
    found, now = [], 0.0
    for account, each in seconds.items():
        for name in AFTER:
            found.append(step(account, name, now, each))
            now += each
    requests = [
        Request(account=one.account, begun=one.started, ended=one.ended) for one in found if one.name == "extract"
    ]
    return Night(
        people=dict(people),
        due=dict.fromkeys(people, 0.0),
        slots=SLOTS,
        steps=found,
        requests=requests,
        samples=[Sample(at=0, sessions=1, loads=1, cpu=0.5, load_average=1.0)],
        facts={
            "told": told,
            "spread_minutes": 0,
            "latency_s": 0.3,
            "known_s": 1.0,
            "cpu_s": {"workers": 3.0, "scheduler": 1.0},
            "first_due": "2026-11-27T00:00:00+00:00",
            "empty": {"accounts": 1, "steps": 9, "makespan_s": 1.0, "slot_s": 0.1},
        },
    )


TWO = in_turn({"small": 1.0, "large": 2.0}, {"small": 10, "large": 2000})


def test_the_ideal_is_the_largest_of_its_lower_bounds() -> None:
    # 9 steps of 1 s and 9 of 2 s; ask and announce side by side.
    assert bounds(TWO) == {"workers": 13.5, "entra_sync_extract": 3.0, "entra_sync_load": 3.0, "longest": 16.0}


def test_a_pool_can_be_what_bounds_the_night() -> None:
    many = in_turn({f"a{number}": 1.0 for number in range(4)}, {f"a{number}": 1 for number in range(4)})
    narrow = Night(**{**vars(many), "slots": {"workers": 100, "entra_sync_extract": 100, "entra_sync_load": 1}})

    assert max(bounds(narrow).values()) == bounds(narrow)["longest"] == 8.0
    assert bounds(narrow)["entra_sync_load"] == 4.0
    # The loads follow each other: the last one begins 3 s later than the first.
    assert ordered(narrow, first_come) == 11.0


def test_an_account_that_is_due_later_bounds_by_its_end() -> None:
    later = Night(**{**vars(TWO), "due": {"small": 60.0, "large": 0.0}})

    assert bounds(later)["longest"] == 68.0
    assert ordered(later, first_come) == 68.0


def test_one_account_alone_takes_its_longest_way() -> None:
    alone = in_turn({"one": 1.0}, {"one": 5})

    assert longest(alone.by_account()["one"]) == ordered(alone, first_come) == 8.0


def test_large_ones_first_leaves_no_long_one_for_the_end() -> None:
    seconds = {"a": 1.0, "b": 1.0, "z": 3.0}
    night = in_turn(seconds, {"a": 5, "b": 5, "z": 2000})

    assert bounds(night)["longest"] == 24.0
    assert ordered(night, as_configured(night)) == 24.0
    assert ordered(night, first_come) > 24.0


def test_a_weight_counts_what_is_before_it_as_airflow_does() -> None:
    assert [upstream_weight(200, name) for name in ("open_run", "extract", "load", "close_run", "tell")] == [
        *(2, 4, 10),
        *(16, 18),
    ]


def test_at_once_counts_what_shares_a_moment() -> None:
    assert at_once([]) == 0
    assert at_once([(0, 2), (2, 3), (3, 4)]) == 1
    assert at_once([(0, 3), (1, 2), (2.5, 4), (2.6, 2.7)]) == 3
    assert at_once_within([(0, 3), (1, 2), (2.5, 4)], [0, 1, 2, 2.5, 3, 5]) == [1, 2, 1, 2, 1]


def test_the_busiest_window_counts_by_the_second() -> None:
    assert busiest([0, 1, 2, 20, 21], 10) == 0.3
    assert busiest([0.0, 10.0], 10) == 0.1


def test_a_tenant_is_read_from_its_first_to_its_last_request() -> None:
    read = next(one for one in TWO.steps if one.name == "extract")
    begin, mid, end, later = read.started, (read.started + read.ended) / 2, read.ended, read.ended + 2
    times = [(mid, end), (begin, mid), (later, later + 1)]
    requests = [Request(account=read.account, begun=begun, ended=ended) for begun, ended in times]

    assert readings(Night(**{**vars(TWO), "requests": requests})) == [(begin, end)], "and not when its secret ends"


def test_who_waited_how_long() -> None:
    small, large = waited(TWO)

    assert (small.people, small.begun_s, small.done_s, small.work_s, small.pause_s) == (10, 0.0, 8.0, 8.0, 0.0)
    assert (large.begun_s, large.done_s, large.work_s) == (9.0, 25.0, 16.0)
    assert (small.slowdown, large.slowdown) == (1.0, 25 / 16)


def test_a_pause_is_time_in_which_no_step_of_the_account_runs() -> None:
    broken = [one for one in TWO.steps if one.account == "large" or one.name not in ("validate", "transform")]
    (small, _) = waited(Night(**{**vars(TWO), "steps": broken}))

    assert small.pause_s == 2.0


def test_fairness_is_one_when_all_are_alike() -> None:
    assert jain([7.0, 7.0, 7.0]) == pytest.approx(1.0)
    assert jain([1.0, 0.0, 0.0, 0.0]) == 0.25
    assert tenths([float(number) for number in range(11)]) == (5.0, 9.0, 10.0)


def test_quarters_hold_everybody_once() -> None:
    found = waited(in_turn({f"a{n}": 1.0 for n in range(7)}, {f"a{n}": n for n in range(7)}))
    parts = quarters(found)

    assert [one for part in parts for one in part] == found
    assert [len(part) for part in parts] == [1, 2, 2, 2]


def test_sizes_are_heavy_tailed_and_their_order_says_nothing_of_them() -> None:
    made = accounts(500, largest=2000, seed=1)
    people = sorted((account.people for account in made), reverse=True)

    assert people[:4] == [2000, 1000, 667, 500]
    assert people[-1] == 5
    assert [account.people for account in made] != people
    assert [account.slug for account in made] == sorted({account.slug for account in made})


def test_an_account_is_due_once_at_its_minute_and_moved_by_the_spread(tmp_path: Path) -> None:
    (account,) = accounts(1, largest=2000, seed=1)
    (tmp_path / "a.yaml").write_text(account.file(datetime(2026, 11, 27, 21, 5, tzinfo=UTC), told=True))
    (entry,) = account_dags(tmp_path)

    assert entry.problem is None
    assert (entry.schedule, entry.expected_people) == ("5 21 27 11 *", 2000)
    assert Midnight(spread_minutes=30).starts(entry.schedule, "customer-007") != entry.schedule


def test_a_night_that_was_kept_is_the_same(tmp_path: Path) -> None:
    TWO.save(tmp_path / "night.json")
    assert Night.load(tmp_path / "night.json") == TWO


def test_a_night_is_told_and_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    show(TWO)
    said = capsys.readouterr().out

    assert "makespan   27 s" in said
    assert "processor  2.0 s an account: workers 1.50, scheduler 0.50" in said
    assert "ideal      16 s: 1.69 x" in said
    assert "1 tenants read at once by its server, 1 by the steps, of 1 allowed" in said
    picture = ElementTree.fromstring(draw(TWO))
    assert picture.tag.endswith("svg")
    assert "slots of the pool: 1" in "".join(picture.itertext())
