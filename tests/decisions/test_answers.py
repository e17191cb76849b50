"""Answers: once, by somebody, in time, about exactly what was asked."""

from __future__ import annotations

import threading

import pytest

from entra_sync.airflow.asking import record_answer
from entra_sync.db import connect
from entra_sync.decisions import AlreadyDecided, answer, claim, decision, decisions, expire, held, question
from entra_sync.errors import EntraSyncError
from tests.decisions.conftest import newest, staff
from tests.load.factory import Nights, entra_id


def test_who_decided_when_is_kept(nights: Nights) -> None:
    asked = newest(nights)

    said = answer(nights.url, asked.id, approve=True, by="ina")

    assert (said.status, said.answered_by) == ("approved", "ina")
    assert said.answered_at is not None
    assert said.answered_at > said.asked_at
    assert nights.run(staff("ann", "bob")).users_deactivated == 2
    assert newest(nights).applied_run_id == nights.last()["id"]
    assert newest(nights).answered_by == "ina"


@pytest.mark.parametrize("approve", [True, False])
def test_a_question_is_answered_once(nights: Nights, approve: bool) -> None:
    asked = newest(nights)
    answer(nights.url, asked.id, approve=approve, by="ina")

    with pytest.raises(AlreadyDecided, match="by ina"):
        answer(nights.url, asked.id, approve=not approve, by="otto")

    assert newest(nights).answered_by == "ina"


@pytest.mark.parametrize("approve", [True, False])
def test_an_answer_that_airflow_did_not_hear_of_is_the_same_when_its_task_is_tried_again(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, approve: bool
) -> None:
    """Else nobody would start the run that applies what was approved."""
    monkeypatch.setattr("entra_sync.airflow.connections.database_url", lambda: nights.url)
    said = {"decision_id": newest(nights).id, "approve": approve, "by": "ina"}

    first = record_answer(said)

    assert first["status"] == ("approved" if approve else "rejected")
    assert record_answer(said) == first
    assert record_answer(said | {"by": "otto"}) == {"account": None, "status": "not_taken"}


def test_of_two_who_answer_at_once_one_is_first(nights: Nights) -> None:
    asked = newest(nights)
    told: list[str] = []

    def say(by: str) -> None:
        try:
            told.append(answer(nights.url, asked.id, approve=by == "ina", by=by).status)
        except AlreadyDecided:
            told.append("late")

    threads = [threading.Thread(target=say, args=(by,)) for by in ("ina", "otto")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == ["approved", "late"] or sorted(told) == ["late", "rejected"]


def test_after_its_time_a_question_takes_no_answer(nights: Nights) -> None:
    asked = newest(nights)
    nights.do("update sync.decision set expires_at = now()")

    with pytest.raises(AlreadyDecided, match="not answered in time"):
        answer(nights.url, asked.id, approve=True, by="ina")


def test_nobody_answering_means_no(nights: Nights) -> None:
    asked = newest(nights)

    assert expire(nights.url, asked.id).status == "expired"

    assert nights.run(staff("ann", "bob")).users_held == 2
    assert newest(nights).id == asked.id


def test_an_answer_that_came_first_is_not_expired(nights: Nights) -> None:
    asked = newest(nights)
    answer(nights.url, asked.id, approve=True, by="ina")

    assert expire(nights.url, asked.id).status == "approved"


def test_the_plan_that_changed_takes_no_answer(nights: Nights) -> None:
    asked = newest(nights)
    nights.run(staff("ann", "bob", "cleo"))

    with pytest.raises(AlreadyDecided, match="changed since"):
        answer(nights.url, asked.id, approve=True, by="ina", change_of_mind=True)

    assert newest(nights).status == "open"


@pytest.mark.parametrize("first", ["rejected", "expired"])
def test_a_no_may_become_a_yes_and_both_are_kept(nights: Nights, first: str) -> None:
    asked = newest(nights)
    if first == "expired":
        expire(nights.url, asked.id)
    else:
        answer(nights.url, asked.id, approve=False, by="ina")

    said = answer(nights.url, asked.id, approve=True, by="otto", change_of_mind=True)

    assert (said.status, said.answered_by, said.id != asked.id) == ("approved", "otto", True)
    with connect(nights.url) as connection:
        assert decision(connection, asked.id).status == first
    assert nights.run(staff("ann", "bob")).users_deactivated == 2


def test_a_yes_may_become_a_no_until_it_is_applied(nights: Nights) -> None:
    asked = newest(nights)
    answer(nights.url, asked.id, approve=True, by="ina")

    answer(nights.url, asked.id, approve=False, by="otto", change_of_mind=True)

    assert nights.run(staff("ann", "bob")).users_held == 2
    with connect(nights.url) as connection:
        assert [one.status for one in decisions(connection)] == ["rejected", "superseded"]
        assert decision(connection, asked.id).answered_by == "ina"


def test_what_was_applied_stays(nights: Nights) -> None:
    asked = newest(nights)
    answer(nights.url, asked.id, approve=True, by="ina")
    nights.run(staff("ann", "bob"))

    with pytest.raises(AlreadyDecided, match="applied by run"):
        answer(nights.url, asked.id, approve=False, by="otto", change_of_mind=True)


def test_the_question_names_numbers_and_reasons_and_nobody(nights: Nights) -> None:
    with connect(nights.url) as connection:
        subject, text = question(connection, newest(nights).id)

    assert subject == "Contoso: 2 of 5 people would be deactivated"
    assert "- 2: no longer in the directory" in text
    assert "the limit is 1 person." in text
    assert text.endswith(f"Decision {newest(nights).id}.")
    assert f"/sync-history/runs/{nights.last()['id']}/held" in text
    for name in ("ann", "bob"):
        assert name.title() not in subject + text
        assert entra_id(name) not in subject + text
        assert f"{name}@contoso.com" not in text


def test_names_are_those_of_the_newest_run_that_holds_them(nights: Nights) -> None:
    asked = newest(nights)
    nights.run(staff("ann", "bob"))

    with connect(nights.url) as connection:
        assert [row["label"] for row in held(connection, asked.id, limit=10)] == ["Ann", "Bob"]
        by_later_run = decisions(connection, run_id=nights.last()["id"])
        assert [one.id for one in by_later_run] == [asked.id]
        assert decisions(connection, account="fabrikam") == []
        assert decisions(connection, waiting=True) == [asked]


def test_an_unknown_decision_is_said_so(nights: Nights) -> None:
    with pytest.raises(EntraSyncError, match="no decision 99"):
        answer(nights.url, 99, approve=True, by="ina")


def test_each_question_is_asked_by_one_run(nights: Nights) -> None:
    asked = newest(nights)

    assert claim(nights.url, "one") == [asked.id]
    assert claim(nights.url, "one") == [asked.id], "a task that is tried again"
    assert claim(nights.url, "two") == []
    assert claim(nights.url, "two", again=True) == [asked.id]
    assert claim(nights.url, "one") == []
    answer(nights.url, asked.id, approve=True, by="ina")
    assert claim(nights.url, "two", again=True) == []


def test_a_question_whose_time_is_over_is_closed_and_not_asked(nights: Nights) -> None:
    nights.do("update sync.decision set expires_at = now()")

    assert claim(nights.url, "one") == []
    assert (newest(nights).status, newest(nights).answered_by) == ("expired", None)
