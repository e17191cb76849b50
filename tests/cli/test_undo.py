"""``undo``: exit status, what is printed, JSON, what is refused; on a tenant that was synced over Graph."""

from __future__ import annotations

import io
import json
import threading
from contextlib import redirect_stdout

import pytest

from entra_sync import record
from entra_sync.db import connect
from tests.cli.conftest import Command, attributes_of
from tests.e2e.conftest import Nights


@pytest.fixture
def renamed(nights: Nights) -> str:
    """Somebody whose title and department changed in run 2, and who left no other trace; the object id."""
    person = attributes_of(nights)
    nights.tenant.company.update_user(person["id"], jobTitle="Wrong title", department="Wrong department")
    nights.run()
    return str(person["id"])


def profile(nights: Nights, entra_id: str) -> tuple[str, str]:
    (row,) = nights.rows(
        "select p.job_title, p.department from peoplegoal.profile p"
        f" join peoplegoal.app_user u on u.id = p.user_id where u.entra_id = '{entra_id}'"
    )
    return row["job_title"], row["department"]


def test_a_run_is_taken_back_and_the_next_sync_is_spoken_of(nights: Nights, command: Command, renamed: str) -> None:
    assert profile(nights, renamed) == ("Wrong title", "Wrong department")

    status, said, errors = command("undo", "2")

    assert (status, errors) == (0, "")
    assert said.startswith("Undo of run 2 of contoso: taken back\n  run       3\n")
    assert "1 updated" in said
    assert "The next sync of contoso brings the directory's state again" in said
    assert "Pause the DAG" in said
    assert "Wrong title" not in profile(nights, renamed)
    assert command("explain", renamed)[0] == 0
    assert command("preview")[0] == 0
    nights.run()
    assert nights.last_run()["mode"] == "incremental"
    assert profile(nights, renamed) == ("Wrong title", "Wrong department")


def test_what_stays_is_named_with_the_reason(nights: Nights, command: Command, renamed: str) -> None:
    name = attributes_of(nights)["displayName"]
    with connect(nights.url) as connection:
        connection.execute("update peoplegoal.profile set job_title = 'Own' where job_title = 'Wrong title'")

    dry, planned, _ = command("undo", "2", "--dry-run", "--account", "contoso")
    status, said, _ = command("undo", "2")

    assert (dry, status) == (1, 1)
    assert "some of it could not be taken back" in said
    assert f"  {name}  profile.job_title  undo_changed_since: What run 2 wrote is no longer there" in said
    assert "Own" not in said
    assert "dry run: nobody was changed" in planned
    assert (
        planned.partition("Left as it is")[2].partition("Who and what")[0]
        == (said.partition("Left as it is")[2].partition("Who and what")[0])
    )
    assert profile(nights, renamed)[0] == "Own"
    assert command("history", "--json")[1].count('"undoes": 2') == 2


def test_a_second_undo_has_nothing_to_do(command: Command, renamed: str) -> None:
    assert command("undo", "2")[0] == 0

    status, said, _ = command("undo", "2")

    assert status == 0
    assert said.startswith("Undo of run 2 of contoso: nothing left to take back")
    assert "next sync" not in said


def test_json_holds_all_of_it(command: Command, renamed: str) -> None:
    status, said, _ = command("undo", "2", "--json")

    answer = json.loads(said)
    assert (status, answer["undoes"], answer["account"], answer["dry_run"], answer["kept"]) == (
        0,
        2,
        "contoso",
        False,
        [],
    )
    assert (answer["counters"]["run_id"], answer["counters"]["status"], answer["counters"]["users_updated"]) == (
        3,
        "success",
        1,
    )
    (change,) = answer["changes"]
    assert (change["entity"], change["entra_id"], change["status"]) == ("profile", renamed, "applied")
    assert change["fields"]["job_title"][0] == "Wrong title"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["99"], "There is no run 99"), (["1", "--account", "other"], "Run 1 is of the account contoso, not of other")],
)
def test_what_cannot_be_undone_says_what_to_do(command: Command, arguments: list[str], said: str) -> None:
    status, output, errors = command("undo", *arguments)

    assert (status, output) == (1, "")
    assert errors.startswith(f"error: {said}. entra-sync history")


class Screen(io.StringIO):
    """Standard output that tells when somebody is asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_to_wait = threading.Event()

    def write(self, text: str) -> int:
        if "waiting" in text:
            self.asked_to_wait.set()
        return super().write(text)


def test_waiting_for_another_run_is_said(nights: Nights, command: Command) -> None:
    with connect(nights.url) as connection:
        other = record.open_run(
            connection,
            account="contoso",
            name="Contoso Ltd",
            dag_id="entra_sync_contoso",
            dag_run_id="other",
            run_type="manual",
            mode="full",
            dry_run=False,
        )
    screen = Screen()

    def end() -> None:
        screen.asked_to_wait.wait()
        with connect(nights.url) as connection:
            record.close_run(connection, "contoso", other.dag_run_id, issues=None)

    ending = threading.Thread(target=end, daemon=True)
    ending.start()
    with redirect_stdout(screen):
        status, _, _ = command("undo", "1")
    said = screen.getvalue()

    assert status == 0
    assert said.startswith("Another run works on the account: waiting for it, up to 10 minutes.\nUndo of run 1")
