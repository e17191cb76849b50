"""Many accounts at midnight: spread starts, large ones first, pools."""

from __future__ import annotations

from collections import Counter

import pytest

from entra_sync.airflow.midnight import Midnight, weight
from entra_sync.errors import ConfigurationError

ACCOUNTS = [f"customer-{number}" for number in range(500)]


def minutes(midnight: Midnight, schedule: str) -> list[int]:
    crons = [midnight.starts(schedule, account).split() for account in ACCOUNTS]
    return [int(hour) * 60 + int(minute) for minute, hour, *_ in crons]


def test_without_being_asked_everybody_starts_when_their_file_says() -> None:
    assert set(minutes(Midnight(), "0 0 * * *")) == {0}


def test_starts_are_spread_evenly_and_the_same_every_night() -> None:
    midnight = Midnight(spread_minutes=49)
    at = minutes(midnight, "0 0 * * *")

    assert at == minutes(midnight, "0 0 * * *")
    assert set(at) == set(range(50))
    assert max(Counter(at).values()) <= 25, "500 accounts over 50 minutes"


def test_a_start_stays_within_its_day_and_keeps_its_days() -> None:
    midnight = Midnight(spread_minutes=90)

    assert max(minutes(midnight, "30 23 * * *")) == 23 * 60 + 59
    assert min(minutes(midnight, "30 23 * * *")) == 23 * 60 + 30
    assert midnight.starts("0 1 * * 1-5", "contoso").endswith(" * * 1-5")


@pytest.mark.parametrize("schedule", ["*/15 * * * *", "0 0,12 * * *", "0 */6 * * *"])
def test_a_cron_with_several_times_is_left_as_it_is(schedule: str) -> None:
    assert Midnight(spread_minutes=30).starts(schedule, "contoso") == schedule


def test_the_environment_says_how_much(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Midnight.of_environment() == Midnight()
    monkeypatch.setenv("ENTRA_SYNC_SPREAD_MINUTES", "30")
    monkeypatch.setenv("ENTRA_SYNC_EXTRACT_POOL", "graph")
    monkeypatch.setenv("ENTRA_SYNC_LOAD_POOL", "database")
    assert Midnight.of_environment() == Midnight(spread_minutes=30, extract_pool="graph", load_pool="database")


@pytest.mark.parametrize("given", ["-1", "1440", "half an hour"])
def test_minutes_that_are_none_are_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("ENTRA_SYNC_SPREAD_MINUTES", given)
    with pytest.raises(ConfigurationError, match="ENTRA_SYNC_SPREAD_MINUTES"):
        Midnight.of_environment()


def test_large_accounts_weigh_more_within_what_airflow_can_add_up() -> None:
    assert [weight(people) for people in (0, 99, 200, 50_000, 10_000_000)] == [1, 1, 2, 500, 10_000]
