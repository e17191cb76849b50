"""What the history tells: runs, their numbers, the names behind them."""

from __future__ import annotations

from entra_sync import record
from entra_sync.db import connect
from entra_sync.issues import issue
from tests.load.factory import Directory, Nights


def test_history_gives_the_newest_runs_first(database_url: str) -> None:
    nights, other = Nights(url=database_url), Nights(url=database_url, slug="fabrikam")
    nights.run(Directory.of("ann"))
    other.run(Directory.of("zoe"))
    nights.run(Directory.of("ann"))

    with connect(database_url) as connection:
        everything = record.history(connection)
        own = record.history(connection, "contoso", 1)

    assert [row["account"] for row in everything] == ["contoso", "fabrikam", "contoso"]
    assert [(row["status"], row["users_unchanged"], row["account_name"]) for row in own] == [
        ("no_changes", 1, "Contoso")
    ]


def test_the_summary_counts_changes_issues_and_who_waits_for_an_invitation(database_url: str) -> None:
    nights = Nights(url=database_url)
    nights.run(Directory.of("ann", "bob", "cleo"))
    nights.do("update peoplegoal.app_user set status = 'active' where email = 'ann@contoso.com'")
    directory = Directory.of("ann", "bob", "cleo", "dan")
    names = [issue("name_missing", entity="user", message="m", label=f"Person {n}") for n in range(5)]
    nights.run(directory, issues=names)

    with connect(database_url) as connection:
        summary = record.run_summary(connection, "contoso", "contoso-2")

    assert (summary["account"], summary["status"], summary["users_created"]) == ("contoso", "success", 1)
    assert (summary["ready_to_invite"], summary["ready_to_invite_new"]) == (3, 1)
    assert summary["changes"] == [
        {"entity": "profile", "action": "create", "status": "applied", "count": 1},
        {"entity": "user", "action": "create", "status": "applied", "count": 1},
    ]
    (group,) = summary["issues"]
    assert (group["code"], group["severity"], group["count"]) == ("name_missing", "warning", 5)
    assert group["labels"] == ["Person 0", "Person 1", "Person 2"]
    assert group["hint"]


def test_changes_and_issues_come_in_their_order_with_text_ids(database_url: str) -> None:
    nights = Nights(url=database_url)
    nights.run(Directory.of("ann", "bob"))

    with connect(database_url) as connection:
        changes = record.changes(connection, nights.last()["id"])
        issues = record.issues(connection, nights.last()["id"])

    assert [change["seq"] for change in changes] == [1, 2, 3, 4]
    assert all(isinstance(change["entra_id"], str) for change in changes)
    assert issues == []
