"""What a request may say, asked without a server: a NUL, a DAG that syncs nothing, a directory without anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from fastapi import Depends, FastAPI, HTTPException
from starlette.testclient import TestClient

from entra_sync.store import Store
from entra_sync.web.app import create_app
from entra_sync.web.asked import searched
from entra_sync.web.auth import SIGNED_IN, Viewer, _viewer
from entra_sync.web.directory import PERSON, find_people
from tests.conftest import ROOT

VIEWER = Viewer(user=SimpleAuthManagerUser(username="admin", role="admin"))


@pytest.mark.parametrize("path", ["/progress.json?account=contoso", "/runs?dag_id=entra_sync_contoso"])
def test_a_nul_in_the_id_of_a_dag_run_is_refused(path: str) -> None:
    app = create_app()
    app.dependency_overrides[SIGNED_IN.dependency or _viewer] = lambda: None
    app.dependency_overrides[_viewer] = lambda: VIEWER
    client = TestClient(app, raise_server_exceptions=False)

    assert client.get(f"{path}&dag_run_id=a%00b").status_code == 422


def test_a_nul_is_taken_out_of_what_is_looked_for() -> None:
    app = FastAPI()

    @app.post("/")
    def found(search: Annotated[str | None, Depends(searched)]) -> str | None:
        return search

    assert TestClient(app).post("/", data={"search": " \x00an\x00na "}).json() == "anna"


def test_no_dag_but_those_of_accounts_has_a_sync_history() -> None:
    names = {path.stem for path in (ROOT / "dags").glob("*.py")} - {"entra_sync"}
    assert names > {"entra_sync_decisions", "entra_sync_maintenance"}
    for dag_id in (*names, "another_dag"):
        with pytest.raises(HTTPException) as refused:
            VIEWER.account_of_dag(None, dag_id)  # type: ignore[arg-type]
        assert refused.value.status_code == 404, dag_id


def test_nobody_is_found_in_a_directory_without_anybody(tmp_path: Path) -> None:
    store = Store.at(str(tmp_path))
    day = store.curated("contoso", "2026-11-23")
    day.mkdir(parents=True)
    nobody = {name: pa.array([], pa.string()) for name in ("entra_id", "email", "label", "state", "reason")}
    pq.write_table(pa.table(nobody), str(day / PERSON))

    assert find_people(store, "contoso", "anna", limit=5) == []
