"""The one sentence about a person says what PeopleGoal has of them now, not only what the directory says."""

from __future__ import annotations

from entra_sync.explain import Explanation, explain
from entra_sync.undo import undo_run
from entra_sync.web.verdict import Verdict, verdict
from tests.e2e.conftest import Nights, nights, quick_retries  # noqa: F401
from tests.e2e.test_nights import plain_people

SYNCED = "Synced: in the directory, in scope, and in PeopleGoal."
AWAY = "In the directory and in scope, but not active in PeopleGoal."


def said(nights: Nights, person: str) -> Verdict:  # noqa: F811
    """As the person's page asks: nothing is planned for it."""
    ref = nights.ref()
    found = explain(ref.database_url, ref.store, ref.account, person, plans=False)
    assert isinstance(found, Explanation)
    return verdict(found)


def status(nights: Nights, person: str) -> str:  # noqa: F811
    (row,) = nights.rows("select status from peoplegoal.app_user where entra_id = %s", person)
    return str(row["status"])


def test_somebody_whom_an_undo_took_back_is_not_called_synced(nights: Nights) -> None:  # noqa: F811
    nights.run()
    person = plain_people(nights)[0]
    assert (said(nights, person).said, said(nights, person).good) == (SYNCED, True)

    undo_run(nights.url, nights.last_run()["id"])

    assert status(nights, person) == "deactivated"
    assert (said(nights, person).said, said(nights, person).good) == (AWAY, False)


def test_somebody_whom_a_preview_would_bring_back_is_not_called_synced(nights: Nights) -> None:  # noqa: F811
    nights.run()
    person = plain_people(nights)[0]
    nights.tenant.company.update_user(person, accountEnabled=False)
    nights.run()
    assert said(nights, person).said.startswith("Not synced: the account is disabled in Entra")
    nights.tenant.company.update_user(person, accountEnabled=True)
    nights.run(dry_run=True)

    assert (said(nights, person).said, said(nights, person).good) == (AWAY, False)


def test_a_leaver_whom_a_limit_holds_is_still_in_peoplegoal(nights: Nights) -> None:  # noqa: F811
    nights.run()
    nights.config = {"guards": {"max_deactivations": {"count": 1}, "max_team_loss": None}}
    people = plain_people(nights)[:3]
    for person in people:
        nights.tenant.company.delete_user(person)
    assert nights.run() == "held"

    told = said(nights, people[0])

    assert status(nights, people[0]) != "deactivated"
    assert told.said == (
        "Still in PeopleGoal, though no longer synced: the directory does not have this person any more."
    )
    assert "is withheld (a limit" in told.advice


def test_a_protected_leaver_is_still_in_peoplegoal(nights: Nights) -> None:  # noqa: F811
    nights.run()
    person = plain_people(nights)[0]
    nights.config = {"guards": {"protected": [person]}}
    nights.tenant.company.update_user(person, accountEnabled=False)
    nights.run()

    assert status(nights, person) != "deactivated"
    assert said(nights, person).said.startswith("Still in PeopleGoal, though no longer synced: the account is disabled")


def test_a_leaver_whom_the_account_file_ignores_is_left_alone(nights: Nights) -> None:  # noqa: F811
    nights.run()
    person = plain_people(nights)[0]
    nights.config = {"leavers": {"disabled": "ignore"}}
    nights.tenant.company.update_user(person, accountEnabled=False)
    nights.run()

    told = said(nights, person)

    assert status(nights, person) != "deactivated"
    assert (told.said.startswith("Left alone: the person has left, and stays in PeopleGoal"), told.good) == (
        True,
        False,
    )
