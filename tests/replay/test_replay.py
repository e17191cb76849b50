"""A stored snapshot instead of a new reading: of a day that is over, or of the one that is shown now."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from entra_sync.errors import SnapshotMissing
from sandbox.day import a_working_day
from tests.e2e.conftest import Nights, nights, quick_retries
from tests.e2e.oracle import actual, expected
from tests.e2e.test_nights import plain_people

__all__ = ["nights", "quick_retries"]

DAYS = [date(2026, 11, day) for day in (20, 21, 22)]


def night_of(nights: Nights, day: date, **options: Any) -> str:
    """A night of its own day."""
    nights.day = day
    return nights.run(**options)


def curated(nights: Nights, day: date) -> dict[str, str | None]:
    """Object id -> job title of a day's profiles."""
    table = pq.read_table(nights.store / "curated" / "contoso" / str(day) / "profile.parquet")
    return dict(zip(table["entra_id"].to_pylist(), table["job_title"].to_pylist(), strict=True))


@pytest.fixture
def three_days(nights: Nights) -> Nights:
    """Three nights with a working day between them."""
    for day in DAYS:
        night_of(nights, day)
        a_working_day(nights.tenant.company)
    return nights


def test_the_snapshot_that_is_shown_changes_nothing_and_asks_graph_nothing(nights: Nights) -> None:
    night_of(nights, DAYS[0])
    before, requests = nights.everything(), nights.tenant.counters.requests
    a_working_day(nights.tenant.company)

    assert night_of(nights, DAYS[1], mode="replay") == "no_changes"

    assert nights.everything() == before
    assert nights.tenant.counters.requests == requests
    run = nights.last_run()
    assert (run["mode"], run["mode_reason"], run["day"]) == ("replay", "run 1 of 2026-11-20", DAYS[0])
    assert run["as_of"] == nights.rows("select as_of from sync.run where id = 1")[0]["as_of"]


def test_managers_that_were_not_asked_for_stay_as_peoplegoal_has_them(nights: Nights) -> None:
    """Rule 5: the columns are in every snapshot; empty, they say nothing where managers were not read."""
    nights.config = {"mapping": {"manager": None}, "teams": {"from_managers": False}}
    night_of(nights, DAYS[0])
    nights.rows(
        "update peoplegoal.profile set manager_id = (select min(id) from peoplegoal.app_user)"
        " where user_id <> (select min(id) from peoplegoal.app_user) returning 1"
    )
    nights.config = {}

    assert night_of(nights, DAYS[1], mode="replay") == "no_changes"

    assert nights.rows("select count(distinct manager_id) as n from peoplegoal.profile") == [{"n": 1}]
    assert night_of(nights, DAYS[1]) == "success"
    assert actual(nights.url) == expected(nights.tenant.company)


def test_todays_account_file_is_applied_to_the_snapshot_that_is_shown(nights: Nights) -> None:
    night_of(nights, DAYS[0])
    nights.config = {"mapping": {"city": {"from": "city", "switch": {}, "otherwise": "Somewhere"}}}

    assert night_of(nights, DAYS[0], mode="replay") == "success"

    assert {row["city"] for row in nights.rows("select city from peoplegoal.profile")} == {"Somewhere"}
    a_working_day(nights.tenant.company)
    night_of(nights, DAYS[1])
    assert nights.last_run()["mode"] == "full", "a changed file is read whole"


def test_the_next_incremental_night_goes_on_from_where_it_was(three_days: Nights) -> None:
    night_of(three_days, DAYS[0], mode="replay", replayed=DAYS[0])
    night_of(three_days, DAYS[2], mode="replay")
    a_working_day(three_days.tenant.company)

    night_of(three_days, date(2026, 11, 23))

    assert three_days.last_run()["mode"] == "incremental"
    assert actual(three_days.url) == expected(three_days.tenant.company)


def test_an_older_day_rebuilds_its_tables_and_leaves_the_current_ones(three_days: Nights) -> None:
    before = three_days.everything()
    state = three_days.rows("select * from sync.account_state")
    first, last = curated(three_days, DAYS[0]), curated(three_days, DAYS[2])
    three_days.config = {"mapping": {"job_title": {"value": "Colleague"}}}

    assert night_of(three_days, date(2026, 11, 23), mode="replay", replayed=DAYS[0]) == "stale"

    assert three_days.everything() == before
    assert three_days.rows("select * from sync.account_state") == state
    assert curated(three_days, DAYS[0]) == dict.fromkeys(first, "Colleague")
    assert curated(three_days, DAYS[2]) == last
    assert three_days.last_run()["day"] == DAYS[0]


def test_of_several_readings_of_a_day_the_newest_is_taken(nights: Nights) -> None:
    night_of(nights, DAYS[0])
    gone = plain_people(nights)[0]
    nights.tenant.company.delete_user(gone)
    night_of(nights, DAYS[0])
    a_working_day(nights.tenant.company)
    night_of(nights, DAYS[1])

    night_of(nights, DAYS[1], mode="replay", replayed=DAYS[0])

    assert nights.last_run()["mode_reason"] == "run 2 of 2026-11-20"
    assert gone not in curated(nights, DAYS[0])


@pytest.mark.parametrize("harm", ["never read", "deleted", "damaged"])
def test_a_day_without_a_snapshot_fails_with_the_reason(three_days: Nights, harm: str) -> None:
    before, day = three_days.everything(), DAYS[1]
    snapshot = Path(three_days.rows("select snapshot_uri from sync.run where id = 2")[0]["snapshot_uri"])
    if harm == "never read":
        day = date(2026, 11, 18)
    elif harm == "deleted":
        shutil.rmtree(snapshot)
    else:
        (snapshot / "manifest.json").write_text("{")
    requests = three_days.tenant.counters.requests

    with pytest.raises(SnapshotMissing, match=str(day)) as raised:
        night_of(three_days, day, mode="replay", replayed=day)

    assert "2026-11-20" in str(raised.value), "days that are there are named"
    run = three_days.last_run()
    assert (run["status"], run["error_code"], run["day"]) == ("failed", "snapshot_missing", day)
    assert str(day) in run["error_message"]
    assert not raised.value.transient
    assert three_days.tenant.counters.requests == requests
    assert three_days.everything() == before


def test_before_the_first_night_there_is_nothing_to_replay(nights: Nights) -> None:
    with pytest.raises(SnapshotMissing, match="Nothing was loaded"):
        night_of(nights, DAYS[0], mode="replay")


def test_a_night_whose_load_failed_can_be_replayed(nights: Nights) -> None:
    night_of(nights, DAYS[0])
    a_working_day(nights.tenant.company)
    wrong = nights.config
    nights.config = {"scope": {"filter": [{"attribute": "department", "in": ["Nowhere"]}]}}
    with pytest.raises(Exception, match="must not be loaded"):
        night_of(nights, DAYS[1])
    nights.config = wrong

    assert night_of(nights, DAYS[1], mode="replay", replayed=DAYS[1]) == "success"

    assert actual(nights.url) == expected(nights.tenant.company)


def test_an_approval_is_applied_without_reading_again(nights: Nights) -> None:
    nights.config = {"guards": {"max_deactivations": {"count": 1}, "max_team_loss": None}}
    night_of(nights, DAYS[0])
    for user in plain_people(nights)[:3]:
        nights.tenant.company.delete_user(user)
    assert night_of(nights, DAYS[1]) == "held"
    with_everybody = nights.rows("update sync.decision set status = 'approved' returning id")
    requests = nights.tenant.counters.requests

    assert night_of(nights, DAYS[1], mode="replay") == "success"

    assert len(with_everybody) == 1
    assert nights.last_run()["users_deactivated"] == 3
    assert nights.tenant.counters.requests == requests
    assert actual(nights.url) == expected(nights.tenant.company)


def test_what_the_old_snapshot_lacks_is_left_as_it_is(nights: Nights) -> None:
    night_of(nights, DAYS[0])
    nights.rows(
        'update peoplegoal.profile set custom_fields = custom_fields || \'{"fax": "PeopleGoal"}\' returning user_id'
    )
    nights.config = {
        "mapping": {"custom.fax": "faxNumber", "office": None},
        "teams": {"from_groups": {"lead": "owner"}},
    }

    assert night_of(nights, DAYS[0], mode="replay") == "no_changes"

    assert {row["custom_fields"]["fax"] for row in nights.rows("select custom_fields from peoplegoal.profile")} == {
        "PeopleGoal"
    }
