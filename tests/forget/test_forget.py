"""Forgetting a person: nothing of them is left anywhere, every count stays true, no later night brings them back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from entra_sync.errors import EntraSyncError
from entra_sync.explain import Explanation, explain
from entra_sync.extract.snapshot import read_manifest, read_tables
from entra_sync.forget import files as erasing
from entra_sync.forget import find_person, forget_unfinished
from entra_sync.forget.files import LABEL, TEAM_NAME, USERS
from entra_sync.store import ACCOUNT
from entra_sync.undo import undo_run
from tests.e2e.conftest import Nights
from tests.forget.conftest import MARK, Case

COUNTED = (
    "select to_jsonb(r) - array['finished_at', 'swept_at'] as run, to_jsonb(c) - 'run_id' as counted"
    " from sync.run r join sync.run_count c on c.run_id = r.id where r.id <= %s order by r.id"
)


def test_nothing_of_the_person_is_left_anywhere(case: Case) -> None:
    before = case.places()
    assert {"peoplegoal.app_user", "peoplegoal.profile", "peoplegoal.team", "sync.change", "sync.issue"} <= {*before}
    assert {"landing/contoso/1/users.parquet", "checks/contoso/1/account.json", "checks/contoso/2/issues.parquet"} <= {
        *before
    }
    assert [place for place in before if place.endswith("/person.parquet")]
    assert [place for place in before if place.endswith("/team.parquet")]
    case.leave()

    done = case.forget(f"{MARK}@contoso.com")

    assert case.places() == []
    assert done.files["landing"] == 3
    assert done.rows == {**done.rows, "profile": 1, "user": 1, "team": 1}


def test_every_count_stays_true(case: Case) -> None:
    case.leave()
    nights, last = case.nights, case.nights.last_run()["id"]
    before = nights.rows(COUNTED, last)
    headcount = nights.rows("select * from sync.headcount order by 1, 2, 3")
    files = {path: _rows(path) for path in sorted(nights.store.rglob("*.parquet"))}

    case.forget()

    assert nights.rows(COUNTED, last) == before
    for row in before:
        assert {name: row["run"][name] for name in row["counted"]} == row["counted"]
    assert nights.rows("select * from sync.headcount order by 1, 2, 3") == headcount
    assert {path: _rows(path) for path in sorted(nights.store.rglob("*.parquet"))} == files
    (user,) = nights.rows("select status, email from peoplegoal.app_user where entra_id = %s", case.person)
    assert user == {"status": "deactivated", "email": None}


def _rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def test_others_keep_all_of_theirs(case: Case) -> None:
    case.leave()
    others = (
        "select * from peoplegoal.profile"
        " where user_id <> (select id from peoplegoal.app_user where entra_id = %s) order by 1"
    )
    history = "select run_id, seq, label, fields from sync.change where entra_id <> %s and label <> %s order by 1, 2"
    profiles, changes = case.nights.rows(others, case.person), case.nights.rows(history, case.person, TEAM_NAME)

    case.forget()

    assert case.nights.rows(others, case.person) == profiles
    after = case.nights.rows(history, case.person, TEAM_NAME)
    assert [row["label"] for row in after] == [row["label"] for row in changes]
    differ = [(a["fields"], b["fields"]) for a, b in zip(changes, after, strict=True) if a["fields"] != b["fields"]]
    # Of others only the name of the team that the person led has gone.
    assert differ
    assert all(MARK in str(was) and set(was) - set(now) == set() for was, now in differ)


def test_history_says_what_happened_to_a_forgotten_person(case: Case) -> None:
    case.leave()
    case.forget()

    rows = case.nights.rows(
        "select entity, action, label, fields from sync.change where entra_id = %s and entity = 'user' order by run_id",
        case.person,
    )
    assert [(row["action"], row["label"]) for row in rows] == [("create", LABEL), ("deactivate", LABEL)]
    assert rows[1]["fields"] == {"status": ["ready_to_invite", "deactivated"], "reason": [None, "disabled"]}
    assert rows[0]["fields"]["email"] == [None, None]


def test_later_nights_bring_nothing_back(case: Case) -> None:
    case.leave()
    case.forget()
    company = case.nights.tenant.company

    for mode in ("auto", "full"):
        company.update_user(case.person, jobTitle=f"{MARK} again")
        case.nights.run(mode=mode)
        assert case.places() == []
    assert case.nights.run() == "no_changes"


def test_who_comes_back_is_there_again_and_can_be_forgotten_again(case: Case) -> None:
    case.leave()
    case.forget()
    case.nights.tenant.company.update_user(case.person, accountEnabled=True)
    case.nights.run()

    (user,) = case.nights.rows("select status, email from peoplegoal.app_user where entra_id = %s", case.person)
    assert user == {"status": "ready_to_invite", "email": f"{MARK.lower()}@contoso.com"}
    assert (
        MARK
        in case.nights.rows(
            "select display_name from peoplegoal.profile p join peoplegoal.app_user u on u.id = p.user_id"
            " where u.entra_id = %s",
            case.person,
        )[0]["display_name"]
    )
    with pytest.raises(EntraSyncError, match="not deactivated"):
        case.forget()

    case.leave()
    case.forget()
    assert case.places() == []


def test_snapshots_stay_whole_and_can_be_replayed(case: Case) -> None:
    case.leave()
    case.forget()

    for run in (1, 2, 3):
        uri = str(case.store.landing("contoso", run))
        manifest = read_manifest(uri)
        assert "was" not in manifest.files["users.parquet"]
        assert read_tables(uri, manifest).users.num_rows == manifest.counts["users"]
    assert case.nights.run(mode="replay") == "no_changes"
    assert case.places() == []


# The function that finds the disk full, and for which of its calls.
BREAKS: dict[str, tuple[str, Callable[..., bool]]] = {
    "configuration": ("whole_file", lambda path: path.name == ACCOUNT),
    "manifest": ("write_manifest", lambda folder, manifest: True),
    "file": ("whole_file", lambda path: path.name == USERS),
    "manifest again": ("write_manifest", lambda folder, manifest: "was" not in manifest.files[USERS]),
    "day": ("write_table", lambda path, table: "curated" in path.parts),
    "database": ("_erase_rows", lambda connection, person: True),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_what_broke_off_is_gone_on_with(case: Case, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case.leave()
    name, fails = BREAKS[broken]
    # The package has a function of the module's name.
    module = erasing if hasattr(erasing, name) else sys.modules["entra_sync.forget.forget"]
    work = getattr(module, name)

    def until_full(*given: Any) -> Any:
        if fails(*given):
            raise OSError("the disk is full")
        return work(*given)

    with monkeypatch.context() as patched:
        patched.setattr(module, name, until_full)
        with pytest.raises(OSError, match="full"):
            case.forget()
    assert case.nights.last_run()["status"] == "failed"
    for run in (1, 2, 3):
        uri = str(case.store.landing("contoso", run))
        read_tables(uri, read_manifest(uri))
    case.nights.run(mode="full")

    (done,) = forget_unfinished(case.nights.url, case.store, "contoso")

    assert done.entra_id == case.person
    assert case.places() == []
    assert forget_unfinished(case.nights.url, case.store, "contoso") == []


def test_done_again_it_finds_nothing(case: Case) -> None:
    case.leave()
    case.forget()
    before = case.nights.everything()

    again = case.forget()

    assert set(again.files.values()) | set(again.rows.values()) == {0}
    assert case.nights.last_run()["status"] == "no_changes"
    assert case.nights.everything() == before


def test_an_undo_does_not_bring_the_person_back(case: Case) -> None:
    case.leave()
    left = case.nights.last_run()["id"]
    case.forget()

    result = undo_run(case.nights.url, left)

    assert (LABEL, "status") in {(one.label, one.field) for one in result.kept}
    (user,) = case.nights.rows("select status, email from peoplegoal.app_user where entra_id = %s", case.person)
    assert user == {"status": "deactivated", "email": None}
    assert case.places() == []


def test_explain_says_that_the_person_was_forgotten(case: Case) -> None:
    case.leave()
    case.forget()

    found = explain(case.nights.url, case.store, case.nights.ref().account, case.person)

    assert isinstance(found, Explanation)
    assert found.forgotten is not None
    assert MARK not in str(found)


def test_somebody_who_never_came_into_peoplegoal_is_forgotten_by_object_id(case: Case) -> None:
    company = case.nights.tenant.company
    stranger = case.report
    company.update_user(stranger, mail="no address", displayName="Qponml Stranger", userType="Guest")
    case.nights.config = {**case.nights.config, "scope": {"user_types": ["Member", "Guest"]}}
    url = case.nights.url
    with pytest.raises(EntraSyncError, match="not deactivated"):
        find_person(url, "contoso", stranger)
    new = company.add_user(displayName="Qponml Newcomer", mail="no address", userType="Guest")
    case.nights.run()
    assert [place for place in case.places("Qponml Newcomer") if place == "sync.issue"]
    company.update_user(new, accountEnabled=False)

    case.forget(new)
    case.nights.run()

    assert case.places("Qponml Newcomer") == []


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("nobody@contoso.com", "Nobody in PeopleGoal"), ("{report}", "not deactivated")],
)
def test_whom_it_does_not_mean_it_refuses(case: Case, wanted: str, words: str) -> None:
    with pytest.raises(EntraSyncError, match=words):
        find_person(case.nights.url, "contoso", wanted.format(report=case.report))


def test_an_address_that_two_had_must_be_told_apart(case: Case, nights_of_two: Nights) -> None:
    with pytest.raises(EntraSyncError, match="those who left: "):
        find_person(nights_of_two.url, "contoso", "shared@contoso.com")


@pytest.fixture
def nights_of_two(case: Case) -> Nights:
    """Somebody left, and somebody else has their address now."""
    case.leave()
    company = case.nights.tenant.company
    company.update_user(case.report, mail=f"{MARK}@contoso.com")
    case.nights.run()
    with_address = "update peoplegoal.app_user set email = 'shared@contoso.com' where email = %s returning id"
    assert len(case.nights.rows(with_address, f"{MARK.lower()}@contoso.com")) == 2
    return case.nights
