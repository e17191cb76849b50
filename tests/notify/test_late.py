"""A late run is told of whatever has become of the account file since Airflow made the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from entra_sync.airflow.notices import tell_late
from tests.notify.receivers import WebHook

RUN = {"dag_run": {"dag_run_id": "scheduled-1"}}


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebHook]:
    with WebHook() as hook:
        monkeypatch.setenv("AIRFLOW_CONN_HOOK", hook.connection)
        yield hook


@pytest.mark.parametrize(
    ("line", "name", "said"),
    [
        ("late_after_hours: 2.5", "Contoso", "has not ended 2.5 hours after Airflow made it."),
        ("late_after_hours: null", "Contoso", "has not ended in time."),
        ("colour: blue", "contoso", "has not ended in time."),
    ],
)
def test_everybody_is_told(hook: WebHook, tmp_path: Path, line: str, name: str, said: str) -> None:
    file = tmp_path / "contoso.yaml"
    file.write_text(f"account: contoso\nname: Contoso\nnotify: [hook]\n{line}\n", encoding="utf-8")

    tell_late(str(file), RUN)

    assert hook.titles == [f"{name}: the directory sync is late"]
    assert f"The run scheduled-1 {said}\n" in hook.messages[0]["message"]
