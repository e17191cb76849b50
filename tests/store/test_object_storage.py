"""The store on object storage: nights, a replay and an explanation on a server that speaks S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from entra_sync import pipeline
from entra_sync import store as stores
from entra_sync.airflow.connections import store_uri
from entra_sync.errors import ConfigurationError
from entra_sync.explain import Explanation, explain
from entra_sync.extract.base import sealed_runs
from entra_sync.store import Store, path_of
from sandbox.day import a_working_day
from sandbox.testing import SandboxTenant
from tests.e2e.conftest import Nights, quick_retries  # noqa: F401

BUCKET = "snapshots"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server that speaks S3; its place and its keys are in the environment, as on a machine of AWS."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        environment.setenv("AWS_ACCESS_KEY_ID", "key")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        environment.setenv("NO_PROXY", "127.0.0.1")
        yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str) -> Any:
    """An empty bucket."""
    httpx.post(f"{server}/moto-api/reset", trust_env=False).raise_for_status()
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return client


@pytest.fixture
def remote(database_url: str, bucket: Any, quick_retries: None) -> Iterator[Nights]:  # noqa: F811
    """A tenant, an empty PeopleGoal, and the bucket as store."""
    with SandboxTenant(users=40, groups=8) as tenant:
        yield Nights(tenant=tenant, url=database_url, store=f"s3://{BUCKET}/sync")  # type: ignore[arg-type]


def test_nights_a_replay_and_an_explanation_need_no_disk(remote: Nights, bucket: Any, tmp_path: Path) -> None:
    assert remote.run() == "success"
    a_working_day(remote.tenant.company)
    remote.day += timedelta(days=1)
    assert remote.run() in ("success", "partial")
    second = remote.last_run()
    assert second["mode"] == "incremental", "it found the night before"
    before = remote.everything()
    assert remote.run() == "no_changes"

    kept = [one["Key"] for one in bucket.list_objects_v2(Bucket=BUCKET)["Contents"]]
    for run in remote.rows("select id from sync.run"):
        assert f"sync/landing/contoso/{run['id']}/manifest.json" in kept
    assert f"sync/curated/contoso/{remote.day}/profile.parquet" in kept
    assert not list(tmp_path.iterdir())

    requests = remote.tenant.counters.requests
    remote.nights += 1
    ref = remote.ref()
    pipeline.open_run(ref, dag_id="entra_sync_contoso", run_type="manual", mode="replay", dry_run=False, day=remote.day)
    assert remote.steps(ref, "replay") == "no_changes"
    assert remote.tenant.counters.requests == requests
    assert remote.everything() == before

    person = remote.rows("select entra_id::text as id from peoplegoal.app_user order by id limit 1")[0]["id"]
    found = explain(ref.database_url, ref.store, ref.account, person)
    assert isinstance(found, Explanation)
    assert found.directory is not None


def test_what_another_process_writes_is_seen(bucket: Any) -> None:
    landing = Store.at(f"s3://{BUCKET}/sync").landing_of("contoso")
    assert list(sealed_runs(landing)) == []

    for run in (1, 2):
        bucket.put_object(Bucket=BUCKET, Key=f"sync/landing/contoso/{run}/manifest.json", Body=b"{}")
        assert next(sealed_runs(landing)) == run


def test_a_connection_signs_in_and_stands_in_no_uri(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "_OPTIONS", {})
    place = "BlobEndpoint=http://127.0.0.1:1/customer;AccountName=customer;AccountKey=a2V5"
    connection = {"conn_type": "wasb", "extra": {"connection_string": place}}
    monkeypatch.setenv("AIRFLOW_CONN_SNAPSHOTS", json.dumps(connection))
    monkeypatch.setenv("ENTRA_SYNC_STORE", "abfs://snapshots@people/sync")

    uri = store_uri()

    assert uri == "abfs://people/sync"
    root = Store.at(uri).root
    assert "a2V5" not in str(root)
    assert root.fs.connection_string == place
    assert path_of(str(root / "landing")).fs.connection_string == place


def test_a_connection_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRA_SYNC_STORE", "abfs://nowhere@people/sync")
    with pytest.raises(ConfigurationError, match="nowhere"):
        store_uri()
