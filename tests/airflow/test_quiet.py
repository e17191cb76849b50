"""What Airflow logs of a failed task is ours: an error that quotes a row is told by its kind and place."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psycopg
import pyarrow as pa
import pytest
from airflow.sdk.exceptions import AirflowSkipException

from entra_sync.airflow import asking, maintenance, notices, tasks
from entra_sync.airflow.quiet import quiet
from entra_sync.errors import AccountBusy, DatabaseFailed, EntraSyncError, StepFailed

NAME = "Ann Quixvor"


def of_pandas() -> None:
    pd.to_datetime(pd.Series([NAME]), format="%Y")


def of_arrow() -> None:
    pa.array([1, NAME])


def of_python() -> None:
    int(NAME)


def shown(error: BaseException) -> str:
    """As Airflow writes it: the whole chain. Lines of source are left out: those of a test name its data."""
    whole = traceback.TracebackException.from_exception(error)
    return "".join(line for line in whole.format() if not line.startswith("  File "))


@pytest.mark.parametrize("fail", [of_pandas, of_arrow, of_python])
def test_an_error_that_quotes_a_value_is_told_by_kind_and_place(fail: Callable[[], None]) -> None:
    with pytest.raises(Exception, match=NAME) as original:
        fail()
    with pytest.raises(StepFailed) as told, quiet("transform"):
        fail()

    assert type(original.value).__name__ in str(told.value)
    assert "transform" in str(told.value)
    assert told.value.transient, "Airflow tries it again, as before"
    assert NAME not in shown(told.value)
    assert fail.__name__ in "".join(traceback.format_exception(told.value)), "where it happened is kept"


def test_an_error_of_the_database_quotes_no_row(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("create temporary table person (name text check (name <> 'Ann Quixvor'))")
        with pytest.raises(DatabaseFailed, match="person_name_check") as told, quiet("close"):
            connection.execute("insert into person values (%s)", [NAME])

    assert NAME not in shown(told.value)


def test_an_error_of_the_operating_system_says_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"IsADirectoryError: Is a directory in the step load"), quiet("load"):
        tmp_path.read_bytes()


@pytest.mark.parametrize("error", [AccountBusy("Run 4 works."), AirflowSkipException("Left out.")])
def test_our_own_words_and_airflows_signals_pass(error: Exception) -> None:
    with pytest.raises(type(error)) as passed, quiet("open"):
        raise error

    assert passed.value is error


@pytest.mark.parametrize(
    "task",
    [
        lambda: tasks.open_run("/none.yaml", None),
        lambda: tasks.extract("/none.yaml", None),
        lambda: tasks.validate("/none.yaml", "", None),
        lambda: tasks.transform("/none.yaml", "", "", None),
        lambda: tasks.load("/none.yaml", "", "", "", None),
        lambda: tasks.ask("/none.yaml", None),
        lambda: tasks.announce("/none.yaml", None),
        lambda: tasks.close_run("/none.yaml", None),
        lambda: notices.tell_run("/none.yaml", None),
        lambda: notices.tell_late("/none.yaml", {"dag_run": {"dag_run_id": NAME}}),
        lambda: asking.questions(None),
        maintenance.sweep_everybody,
    ],
)
def test_every_task_is_quiet(task: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Called with nothing they fail, all in our words."""
    monkeypatch.setenv("AIRFLOW_CONN_PEOPLEGOAL_DB", "postgres://nobody@/none?host=/nowhere")

    with pytest.raises(EntraSyncError):
        task()
