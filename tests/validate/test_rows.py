"""What a bad row costs: its own load, nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from entra_sync.codes import CODES
from entra_sync.config.account import AccountConfig
from entra_sync.extract.tables import SnapshotTables
from entra_sync.issues import ISSUE_SCHEMA
from entra_sync.validate import Checked, rejections
from tests.transform import tenant
from tests.transform.tenant import account, person, tables, uid


def checked(snapshot: SnapshotTables, config: AccountConfig | None = None) -> Checked:
    found = tenant.checked(snapshot, config)
    assert found.blocked == []
    return found


def codes(found: Checked, number: int) -> list[str]:
    return [row["code"] for row in found.issues.to_pylist() if row["entra_id"] == uid(number)]


BAD_ADDRESSES = [
    "nobody",
    "two@at@contoso.com",
    "blank space@contoso.com",
    "no-dot@contoso",
    "@contoso.com",
    "a@.com",
    "a@contoso..com",
    "a@contoso.com.",
    "line\nbreak@contoso.com",
    "hidden\u200b@contoso.com",
    "<a@contoso.com>",
    "a@contoso.com, b@contoso.com",
    "x" * 250 + "@contoso.com",
]

GOOD_ADDRESSES = [
    "o'brien@contoso.com",
    "a+b@sub.contoso.co.uk",
    "jos\u00e9@m\u00fcnchen.de",
    "  padded@contoso.com ",
    "\u7530\u4e2d@\u4f8b\u3048.jp",
    "x@xn--bcher-kva.example",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_address_that_cannot_be_one_rejects_the_row(address: str) -> None:
    found = checked(tables([person(1, mail=address), person(2)]))
    assert (codes(found, 1), found.rejected) == (["email_invalid"], {uid(1)})


@pytest.mark.parametrize("address", GOOD_ADDRESSES)
def test_an_unusual_address_is_an_address(address: str) -> None:
    assert checked(tables([person(1, mail=address)])).rejected == set()


@pytest.mark.parametrize("text", ["soon", "2024-13-01", "01.05.2024", "{}", "2024"])
def test_a_date_that_cannot_be_read_rejects_the_row_because_it_must_not_clear_one(text: str) -> None:
    found = checked(tables([person(1, employeeHireDate=text)]))
    assert (codes(found, 1), found.rejected) == (["date_invalid"], {uid(1)})


@pytest.mark.parametrize("text", [None, "", "2024-05-01", "2024-05-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_an_absent_date_is_not_a_bad_one(text: str | None) -> None:
    assert checked(tables([person(1, employeeHireDate=text)])).rejected == set()


def test_a_shared_address_warns_everybody_who_has_it_and_rejects_nobody() -> None:
    people = [person(1, mail="x@contoso.com"), person(2, mail="X@contoso.com"), person(3)]
    leaver = person(4, mail="x@contoso.com", accountEnabled=False)
    found = checked(tables([*people, leaver]))
    assert [codes(found, n) for n in (1, 2, 3, 4)] == [["email_duplicate"], ["email_duplicate"], [], []]
    assert found.rejected == set()


def test_people_without_addresses_do_not_share_one() -> None:
    config = account(scope={"require_email": False})
    nobody: dict[str, Any] = {"mail": None, "userPrincipalName": "x#EXT#@contoso.com"}
    assert checked(tables([person(1, **nobody), person(2, **nobody)]), config).issues.num_rows == 0


def test_a_person_without_any_name_is_synced_with_a_warning() -> None:
    found = checked(tables([person(1, displayName=" ")]))
    assert (codes(found, 1), found.rejected) == (["name_missing"], set())


def test_an_unknown_account_state_is_reported() -> None:
    assert codes(checked(tables([person(1, accountEnabled=None), person(2)])), 1) == ["account_state_unknown"]


def test_people_who_are_not_synced_give_no_issue() -> None:
    bad: dict[str, Any] = {
        "mail": "nobody",
        "displayName": None,
        "employeeHireDate": "soon",
        "manager_id": uid(9),
    }
    people = [person(1, userType="Guest", **bad), person(2, accountEnabled=False, **bad), person(3)]
    found = checked(tables(people))
    assert (found.issues.num_rows, found.rejected) == (0, frozenset())


def test_the_rejected_are_read_back_from_the_kept_issues() -> None:
    people = [
        person(1, mail="bad"),
        person(2, employeeHireDate="bad", mail="worse"),
        person(3, manager=9),
        person(4),
    ]
    found = checked(tables(people))
    assert set(rejections(found.issues)) == found.rejected == {uid(1), uid(2)}
    assert codes(found, 2) == ["email_invalid", "date_invalid"]


def test_managers_that_cannot_be_linked_are_warned_about_by_name_of_the_rule() -> None:
    people = [
        person(1, manager=1),
        person(2, manager=99),
        person(3, manager=10),
        person(4, manager=11),
        person(5, manager=12),
        person(6, manager=13, manager_type="orgContact"),
        person(7, manager=8),
        person(8, manager=7),
        person(10, accountEnabled=False),
        person(11, userType="Guest"),
        person(12, mail="bad"),
    ]
    found = checked(tables(people))
    assert {n: codes(found, n) for n in range(1, 9)} == {
        1: ["manager_self"],
        2: ["manager_missing"],
        3: ["manager_disabled"],
        4: ["manager_out_of_scope"],
        5: ["manager_rejected"],
        6: ["manager_not_a_user"],
        7: ["manager_cycle"],
        8: [],
    }
    assert f"{uid(7)} -> {uid(8)} -> {uid(7)}" in found.issues.to_pylist()[-1]["message"]


def test_an_account_without_managers_has_no_opinion_on_them() -> None:
    config = account(mapping={"manager": None}, teams={"from_managers": False})
    assert checked(tables([person(1, manager=1)], config=config), config).issues.num_rows == 0


def test_a_long_circle_is_told_in_short() -> None:
    ring = [person(n, manager=(n + 1) % 60) for n in range(60)]
    (row,) = checked(tables(ring)).issues.to_pylist()
    assert "(41 more)" in row["message"]
    assert len(row["message"]) < 1000


def test_messages_hold_no_name_and_no_address() -> None:
    people = [
        person(1, mail="sec ret@contoso.com", displayName="Zoltan Secret", employeeHireDate="Secretday"),
        person(2, mail="shared.secret@contoso.com", displayName="Zoltan Secret", manager=2),
        person(3, mail="shared.secret@contoso.com", displayName="Zoltan Secret", manager=1),
    ]
    rows = checked(tables(people)).issues.to_pylist()
    assert {row["label"] for row in rows} == {"Zoltan Secret"}
    assert not [row for row in rows if "ecret" in row["message"] + (row["hint"] or "")]


def test_an_issue_is_complete_and_its_code_registered() -> None:
    found = checked(tables([person(1, mail="bad"), person(2, manager=9)]))
    assert found.issues.schema == ISSUE_SCHEMA
    for row in found.issues.to_pylist():
        code = CODES[row["code"]]
        assert (row["severity"], row["step"], row["hint"]) == (code.severity, code.step, code.hint)
        assert (row["step"], row["entity"], row["label"]) == (
            "validate",
            "user",
            f"Person {int(row['entra_id'][-3:])}",
        )
