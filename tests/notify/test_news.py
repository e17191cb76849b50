"""What is news: the same reason once, then weekly; another at once; recovery; questions; ends; and quarantine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from entra_sync.config.quarantine import Quarantine
from entra_sync.notify.credential import Credential
from entra_sync.notify.news import Account, News, Question, Told, news
from entra_sync.notify.nights import Night
from entra_sync.notify.quarantine import Quarantined, quarantine
from entra_sync.notify.week import due, key_of

START = datetime(2026, 11, 2, tzinfo=UTC)


def night(number: int, code: str | None = None) -> Night:
    """The run of the night so many days after the start; with a code it failed."""
    at = START + timedelta(days=number)
    return Night(
        id=number,
        status="failed" if code else "success",
        error_code=code,
        error_step="extract" if code else None,
        error_message=None,
        started_at=at,
        finished_at=at + timedelta(minutes=5),
    )


def live(codes: list[str | None], rule: Quarantine | None = None) -> list[list[str]]:
    """Night after night, each told as it ends: what was told after each, as ``kind:before``."""
    nights: list[Night] = []
    told: list[Told] = []
    said = []
    for number, code in enumerate(codes):
        nights.insert(0, night(number, code))
        now = nights[0].finished_at + timedelta(seconds=number % 7)
        found = news(account(nights, rule=rule), told, now)
        told += [Told(kind=one.kind, key=one.key, run_id=one.run_id, told_at=now) for one in found]
        said.append([f"{one.kind}:{one.before}" for one in found])
        assert news(account(nights, rule=rule), told, now) == [], "telling again says nothing"
    return said


def account(
    nights: list[Night],
    rule: Quarantine | None = None,
    questions: list[Question] | None = None,
    credential: Credential | None = None,
) -> Account:
    return Account(
        slug="contoso",
        name="Contoso",
        nights=nights,
        questions=questions or [],
        quarantined=quarantine(nights, rule, "UTC"),
        credential=credential,
        shown=None,
    )


def test_the_same_reason_is_told_once_and_again_each_week() -> None:
    said = live(["graph_unavailable"] * 15)

    assert [number for number, one in enumerate(said) if one] == [0, 7, 14]
    assert said[0] == ["failed:nothing"]
    assert said[7] == said[14] == ["failed:same"]


def test_two_reasons_in_turn_are_told_once_each() -> None:
    said = live(["graph_unavailable", "database_failed"] * 3)

    assert said == [["failed:nothing"], ["failed:other"], [], [], [], []]


def test_recovery_is_told_once_and_the_next_failure_is_news_again() -> None:
    said = live([None, "graph_unavailable", None, None, "graph_unavailable"])

    assert said == [[], ["failed:nothing"], ["recovered:nothing"], [], ["failed:nothing"]]


def test_quarantine_is_told_at_each_try() -> None:
    said = live(["graph_unavailable"] * 4 + [None], Quarantine(after=3))

    assert said[:3] == [["failed:nothing"], [], ["quarantined:nothing"]]
    assert said[3:] == [["quarantined:nothing"], ["recovered:nothing"]]


def test_a_failure_before_the_run_was_opened_is_not_over_because_of_an_older_night() -> None:
    good = night(0)
    now = good.finished_at + timedelta(hours=2)
    told = [Told(kind="failed", key="configuration_error", run_id=None, told_at=now)]

    assert news(account([good]), told, now) == []
    assert [one.kind for one in news(account([night(1), good]), told, now + timedelta(days=1))] == ["recovered"]


def test_a_failure_before_the_run_was_opened_is_not_over_because_of_a_run_that_was_at_work() -> None:
    at_work = night(1)
    told = [
        Told(kind="failed", key="configuration_error", run_id=None, told_at=at_work.started_at + timedelta(minutes=1))
    ]
    now = at_work.finished_at + timedelta(minutes=1)
    still = replace(night(2, "configuration_error"), id=None, started_at=now, finished_at=now)

    assert news(account([at_work, night(0)]), told, now) == []
    assert news(account([still, at_work, night(0)]), told, now) == []
    assert [one.kind for one in news(account([night(2), at_work]), told, now + timedelta(days=1))] == ["recovered"]


def test_a_run_that_was_at_work_when_a_failed_one_was_told_of_late_is_a_recovery() -> None:
    good = night(1)
    told = [Told(kind="failed", key="graph_unavailable", run_id=0, told_at=good.started_at + timedelta(minutes=1))]

    assert [one.kind for one in news(account([good, night(0, "graph_unavailable")]), told, good.finished_at)] == [
        "recovered"
    ]


def test_only_new_questions_are_told() -> None:
    asked = [
        Question(id=number, run_id=number, kind="too_many_deactivations", items=3, expires_at=START)
        for number in (4, 5)
    ]

    (first,) = news(account([night(0)], questions=asked[:1]), [], START)
    assert (first.kind, first.key, first.run_id) == ("held", "4", 4)
    told = [Told(kind="held", key="4", run_id=4, told_at=START)]
    (second,) = news(account([night(0)], questions=asked), told, START)
    assert [question.id for question in second.questions] == [5]


@pytest.mark.parametrize(
    ("days", "threshold"), [(31, None), (30, 30), (15, 30), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (-3, 1)]
)
def test_the_end_of_a_credential_is_due_at_its_nearest_threshold(days: int, threshold: int | None) -> None:
    found = Credential(what="client secret", ends=START + timedelta(days=days, hours=1))

    assert found.due(START) == (threshold and f"client secret {found.ends:%Y-%m-%d}: {threshold}")


def test_a_new_credential_has_thresholds_of_its_own() -> None:
    old, new = (Credential(what="client secret", ends=START + timedelta(days=days)) for days in (5, 6))
    (first,) = news(account([], credential=old), [], START)
    told = [Told(kind="expiry", key=first.key, run_id=None, told_at=START)]

    assert news(account([], credential=old), told, START) == []
    assert news(account([], credential=new), told, START) == [News(kind="expiry", key="client secret 2026-11-08: 7")]


def found(codes: list[str | None], rule: Quarantine | None) -> Quarantined | None:
    """``codes``: the newest night first."""
    last = len(codes) - 1
    return quarantine([night(last - number, code) for number, code in enumerate(codes)], rule, "UTC")


def test_quarantine_begins_after_failed_nights_in_a_row_and_ends_with_a_good_one() -> None:
    rule = Quarantine(after=3, every_days=7)

    assert found(["graph_unavailable"] * 2 + [None], rule) is None
    assert found([None, *["graph_unavailable"] * 5], rule) is None
    assert found(["graph_unavailable"] * 9, None) is None
    in_it = found(["database_failed", "graph_unavailable", "graph_unavailable", None], rule)
    assert in_it is not None
    assert (in_it.nights, in_it.since, in_it.code) == (3, date(2026, 11, 3), "database_failed")
    assert (in_it.last_try, in_it.next_try) == (date(2026, 11, 5), date(2026, 11, 12))


def test_runs_of_one_day_are_one_night() -> None:
    assert quarantine([night(0, "graph_unavailable")] * 5, Quarantine(after=2), "UTC") is None


@pytest.mark.parametrize("code", ["sign_in_refused", "connection_field_error"])
def test_refused_credentials_mean_quarantine_at_once(code: str) -> None:
    assert found([code, None], Quarantine()) is not None


def test_a_day_is_one_of_the_accounts_zone() -> None:
    late = night(0, "sign_in_refused")
    (there, here) = (quarantine([late], Quarantine(), zone) for zone in ("America/New_York", "Asia/Tokyo"))

    assert there is not None
    assert here is not None
    assert (there.since, here.since) == (date(2026, 11, 1), date(2026, 11, 2))


@pytest.mark.parametrize(
    ("now", "zone", "monday"),
    [
        ("2026-11-23T06:59+00:00", "UTC", "2026-W46"),
        ("2026-11-23T07:00+00:00", "UTC", "2026-W47"),
        ("2026-11-26T12:00+00:00", "UTC", "2026-W47"),
        ("2026-11-22T23:00+00:00", "Asia/Tokyo", "2026-W47"),
        ("2026-11-23T07:00+00:00", "America/New_York", "2026-W46"),
    ],
)
def test_the_week_before_is_due_on_monday_morning_of_the_accounts_zone(now: str, zone: str, monday: str) -> None:
    assert key_of(due(datetime.fromisoformat(now), zone)) == monday
