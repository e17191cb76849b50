"""What validate says about managers: one warning for each link that is not Entra's, whatever takes its place."""

from __future__ import annotations

from typing import Any

from tests.transform.tenant import account, checked, person, profiles, tables, uid


def messages(people: list[dict[str, Any]], **changes: Any) -> dict[str, tuple[str, str]]:
    """Id -> code and message of the manager's issue."""
    rows = checked(tables(people), account(**changes)).issues.to_pylist()
    return {row["entra_id"]: (row["code"], row["message"]) for row in rows if row["field"] == "manager"}


def skipped() -> list[dict[str, Any]]:
    """1 and 2 report to a guest (3), 4 to a leaver (5), 6 to a rejected one (7); above all of these is 8."""
    return [
        person(1, manager=3),
        person(2, manager=3),
        person(3, manager=8, userType="Guest"),
        person(4, manager=5),
        person(5, manager=7, accountEnabled=False),
        person(6, manager=7),
        person(7, manager=8, mail="bad"),
        person(8),
    ]


def test_the_reason_is_told_and_the_link_stays_empty() -> None:
    assert messages(skipped()) == {
        uid(1): ("manager_out_of_scope", f"The manager {uid(3)} is out of scope."),
        uid(2): ("manager_out_of_scope", f"The manager {uid(3)} is out of scope."),
        uid(4): ("manager_disabled", f"The account of the manager {uid(5)} is disabled."),
        uid(6): ("manager_rejected", f"The row of the manager {uid(7)} was rejected."),
    }
    assert {row["manager_entra_id"] for row in profiles(tables(skipped()))} == {None}


def test_with_nearest_the_warning_stays_and_says_who_was_taken() -> None:
    config = {"manager_fallback": "nearest"}
    found = messages(skipped(), **config)
    taken = f"{uid(8)} further up was taken instead."
    assert found == {
        uid(1): ("manager_out_of_scope", f"The manager {uid(3)} is out of scope. {taken}"),
        uid(2): ("manager_out_of_scope", f"The manager {uid(3)} is out of scope. {taken}"),
        uid(4): ("manager_disabled", f"The account of the manager {uid(5)} is disabled. {taken}"),
        uid(6): ("manager_rejected", f"The row of the manager {uid(7)} was rejected. {taken}"),
    }
    managers = {row["entra_id"]: row["manager_entra_id"] for row in profiles(tables(skipped()), account(**config))}
    assert managers == {uid(1): uid(8), uid(2): uid(8), uid(4): uid(8), uid(6): uid(8), uid(8): None}


def test_with_nearest_it_is_said_when_nobody_could_be_taken() -> None:
    people = [person(1, manager=2), person(2, userType="Guest"), person(3, manager=99), person(4, manager=4)]
    assert messages(people, manager_fallback="nearest") == {
        uid(1): (
            "manager_out_of_scope",
            f"The manager {uid(2)} is out of scope. Nobody further up could be taken instead.",
        ),
        uid(3): ("manager_missing", f"The manager {uid(99)} is not among the tenant's users."),
        uid(4): ("manager_self", "The person is their own manager."),
    }


def test_a_warning_that_the_account_ignores_leaves_the_rule_as_it_is() -> None:
    people = [person(1, manager=2), person(2, manager=1), person(3, manager=2)]
    changes = {"checks": {"severity": {"manager_cycle": "ignore"}}}
    assert messages(people, **changes) == {}
    found = {row["entra_id"]: row["manager_entra_id"] for row in profiles(tables(people), account(**changes))}
    assert found == {uid(1): None, uid(2): uid(1), uid(3): uid(2)}
