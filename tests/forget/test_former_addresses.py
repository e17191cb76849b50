"""Configurations that runs kept name a person by every address that they had: all of them are taken out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from entra_sync.forget import files as erasing
from entra_sync.forget import forget_unfinished
from tests.forget.conftest import MARK, Case

MAIDEN = "qponml.maiden@contoso.com"
NAME = "qponml.name@contoso.com"
OTHER = "somebody.else@contoso.com"


def married(case: Case) -> None:
    """They had another address and another user principal name, and were protected by these."""
    nights, company = case.nights, case.nights.tenant.company
    company.update_user(case.person, mail=MAIDEN, userPrincipalName=NAME)
    nights.config = {**nights.config, "guards": {"protected": [f" {MAIDEN.title()}", NAME, OTHER]}}
    nights.run()
    company.update_user(case.person, mail=f"{MARK}@contoso.com", userPrincipalName=f"{MARK}@contoso.com")
    nights.run()


def protected(case: Case) -> list[list[str]]:
    """Of each run's configuration, in their order."""
    found = sorted(case.nights.store.glob("checks/contoso/*/account.json"), key=lambda path: int(path.parent.name))
    return [json.loads(path.read_text())["guards"]["protected"] for path in found]


def test_former_addresses_are_taken_out_of_kept_configurations(case: Case) -> None:
    married(case)
    case.leave()
    assert "checks/contoso/3/account.json" in case.places("qponml")

    case.forget()

    assert case.places("qponml") == case.places() == []
    assert protected(case) == [[], [], [OTHER], [OTHER], []]


def test_an_address_that_only_the_history_knows_is_taken_out(case: Case) -> None:
    married(case)
    case.leave()
    for area in ("landing", "curated"):
        for path in case.nights.store.glob(f"{area}/contoso/*/*"):
            path.unlink()

    case.forget()

    assert case.places(MAIDEN) == case.places() == []


def test_an_address_that_only_a_snapshot_knows_is_taken_out(case: Case) -> None:
    married(case)
    case.leave()
    case.nights.rows("delete from sync.change returning run_id")
    for path in case.nights.store.glob("curated/contoso/*/*"):
        path.unlink()

    case.forget()

    assert case.places("qponml") == case.places() == []


def test_an_erasure_that_broke_off_still_knows_them(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    married(case)
    case.leave()

    def full(*_: Any) -> int:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_findings", full)
        with pytest.raises(OSError, match="full"):
            case.forget()
    # No file tells the user principal name any more, and the history never did.
    assert [place for place in case.places(NAME) if place.startswith("landing")] == []
    (done,) = forget_unfinished(case.nights.url, case.store, "contoso")

    assert done.entra_id == case.person
    assert case.places("qponml") == case.places() == []


def test_what_a_killed_write_has_left_beside_a_file_goes(case: Case) -> None:
    case.leave()
    for name in ("curated/contoso/*/person.parquet", "checks/contoso/*/account.json"):
        path = next(case.nights.store.glob(name))
        path.with_name(f".{path.name}.part").write_bytes(f"half of it {MARK}".encode())

    case.forget()

    assert list(case.nights.store.rglob(".*.part")) == case.places() == []
