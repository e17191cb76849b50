"""No database, one that is not migrated, and one that refuses a command: words, exit status 1, nobody's data."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from entra_sync.cli import main
from entra_sync.db import connect
from entra_sync.local.postgres import Postgres

Alone = Callable[..., tuple[int, str, str]]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Alone:
    """Run a command on the database of this URL; gives exit status, output and errors."""
    folder = tmp_path / "accounts"
    folder.mkdir()
    (folder / "contoso.yaml").write_text("account: contoso\nname: Contoso Ltd\n", encoding="utf-8")
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
    monkeypatch.setenv("ENTRA_SYNC_ACCOUNTS", str(folder))
    monkeypatch.setenv("ENTRA_SYNC_STORE", str(tmp_path / "store"))

    def run(url: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", url.replace("postgresql://", "postgres://"))
        capsys.readouterr()
        status = main(list(arguments))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


COMMANDS = [
    ["history"],
    ["preview"],
    ["migrate"],
    ["roles"],
    ["decisions"],
    ["decisions", "show", "1"],
    ["explain", "ann@contoso.com"],
    ["undo", "1"],
    ["forget", "ann@contoso.com", "--yes"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_that_cannot_be_reached_is_told_in_words(alone: Alone, words: list[str]) -> None:
    status, said, errors = alone("postgresql://sync:hunter2@127.0.0.1:9/peoplegoal", *words)

    assert (status, said) == (1, "")
    assert errors.startswith("error: The PeopleGoal database cannot be reached")
    assert "doctor" in errors
    assert "hunter2" not in errors


@pytest.mark.parametrize("words", [words for words in COMMANDS if words[0] not in ("migrate", "roles")], ids=" ".join)
def test_a_database_that_is_not_migrated_is_told_in_words(alone: Alone, words: list[str], postgres: Postgres) -> None:
    name = f"t_{secrets.token_hex(6)}"
    postgres.create_database(name)

    status, said, errors = alone(postgres.url(name), *words)

    assert (status, said) == (1, "")
    assert errors.startswith("error: The PeopleGoal database is not migrated. Run `entra-sync migrate`")


@pytest.mark.parametrize("words", [["forget", "-", "--yes"], ["history", "--account", "Quixvor\0"]], ids=repr)
def test_what_postgresql_refuses_is_told_without_what_was_asked(
    alone: Alone, words: list[str], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(database_url) as connection:
        connection.execute("insert into peoplegoal.account (slug, name) values ('contoso', 'Contoso Ltd')")
    monkeypatch.setattr("sys.stdin", io.StringIO("Quixvor\0\n"))

    status, said, errors = alone(database_url, *words)

    assert (status, said) == (1, "")
    assert errors == f"error: PostgreSQL ended the step {words[0]}: DataError (not sent).\n"


def test_an_error_that_is_not_of_the_database_is_raised(alone: Alone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entra_sync.cli.history.print_history", lambda **_: [].pop())

    with pytest.raises(IndexError):
        alone("postgresql://nobody@127.0.0.1:9/none", "history")
