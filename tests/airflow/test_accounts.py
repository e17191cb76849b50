"""Account files as the DAG file sees them: a file that does not pass keeps its DAG and says why when it runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from entra_sync.airflow.accounts import account_dag, account_dags, check_file
from entra_sync.errors import ConfigurationError


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_a_broken_file_keeps_its_dag_and_fails_in_its_own_words(tmp_path: Path) -> None:
    path = write(tmp_path, "contoso.yaml", "account: contoso\nname: Contoso\nschedule: daily\n")

    assert [entry.dag_id for entry in account_dags(tmp_path)] == ["entra_sync_contoso"]
    with pytest.raises(ConfigurationError, match=r"contoso\.yaml: schedule"):
        check_file(path)


def test_an_unreadable_file_is_known_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, "Acme Corp.yaml", "account: [")

    assert [entry.dag_id for entry in account_dags(tmp_path)] == ["entra_sync_acme_corp"]


def test_two_files_for_one_account_stop_that_account_only(tmp_path: Path) -> None:
    first = write(tmp_path, "a.yaml", "account: contoso\nname: A\n")
    write(tmp_path, "b.yaml", "account: contoso\nname: B\n")
    good = write(tmp_path, "c.yaml", "account: fabrikam\nname: C\n")

    assert sorted(entry.dag_id for entry in account_dags(tmp_path)) == [
        "entra_sync_contoso",
        "entra_sync_fabrikam",
    ]
    with pytest.raises(ConfigurationError, match="more than one file"):
        check_file(first)
    check_file(good)


def test_one_dag_can_be_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "account: contoso\nname: A\n")
    write(tmp_path, "c.yaml", "account: fabrikam\nname: C\n")

    assert [entry.account for entry in account_dags(tmp_path, "entra_sync_fabrikam")] == ["fabrikam"]


def test_the_one_dag_is_found_however_its_file_spells_the_account(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", 'account: "con\\x74oso"\nname: A\n')
    write(tmp_path, "Fabri kam.yaml", "account: [")
    write(tmp_path, "other.yaml", "account: tailspin\nname: Other\n")
    slugs = {entry.account for entry in account_dags(tmp_path)}

    assert slugs == {"contoso", "fabri_kam", "tailspin"}
    for slug in slugs:
        assert [entry.account for entry in account_dags(tmp_path, f"entra_sync_{slug}")] == [slug]


def test_of_two_files_for_one_account_a_task_hears_of_both(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "account: contoso\nname: A\n")
    second = write(tmp_path, "b.yaml", "account: contoso\nname: B\n")
    (entry,) = account_dags(tmp_path, "entra_sync_contoso")

    assert entry.problem is not None
    assert "a.yaml, b.yaml" in entry.problem
    assert account_dag(Path(second)) == entry


def test_a_file_that_has_changed_is_read_again(tmp_path: Path) -> None:
    path = Path(write(tmp_path, "a.yaml", "account: contoso\nname: One\n"))
    first = account_dags(tmp_path)
    path.write_text("account: contoso\nname: Two\n")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))

    assert [entry.name for entry in (*first, *account_dags(tmp_path))] == ["One", "Two"]
