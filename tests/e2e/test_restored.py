"""A database that is older than the store: restored from a backup, or made anew."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from entra_sync.errors import SnapshotOfAnother
from entra_sync.migrations import migrate
from tests.conftest import Postgres
from tests.e2e.conftest import Nights


@pytest.fixture
def restored(nights: Nights, postgres: Postgres) -> Iterator[Nights]:
    """Two nights a day ago, and then a database that knows of neither."""
    nights.run()
    nights.run()
    for manifest in nights.store.glob("landing/contoso/*/manifest.json"):
        told = json.loads(manifest.read_text())
        told["as_of"] = (datetime.fromisoformat(told["as_of"]) - timedelta(days=1)).isoformat()
        manifest.write_text(json.dumps(told))
    name = f"t_{secrets.token_hex(6)}"
    postgres.create_database(name)
    migrate(postgres.url(name))
    yield Nights(tenant=nights.tenant, url=postgres.url(name), store=nights.store, nights=nights.nights)
    postgres.drop_database(name)


def test_a_snapshot_of_the_former_runs_is_not_taken_for_tonights(restored: Nights) -> None:
    requests = restored.tenant.counters.requests

    with pytest.raises(SnapshotOfAnother, match="read at") as raised:
        restored.run()

    run = restored.last_run()
    assert (run["id"], run["status"], run["error_code"]) == (1, "failed", "snapshot_of_another")
    assert restored.rows("select * from peoplegoal.app_user") == []
    assert restored.tenant.counters.requests == requests
    assert not raised.value.transient


def test_with_new_numbers_as_the_guide_says_it_goes_on(restored: Nights) -> None:
    with pytest.raises(SnapshotOfAnother) as raised:
        restored.run()
    assert "above 2" in str(raised.value.hint)

    restored.rows("select setval(pg_get_serial_sequence('sync.run', 'id'), 2)")

    assert restored.run() == "success"
    run = restored.last_run()
    assert run["id"] == 3
    # What the former runs read is a picture to go on from; whom PeopleGoal has decides who is new.
    assert run["users_created"] == run["users_seen"] - run["users_rejected"] - len(out_of_scope(restored))


def out_of_scope(nights: Nights) -> list[str]:
    """Everybody in the tenant who is not in PeopleGoal."""
    there = {row["id"] for row in nights.rows("select entra_id::text as id from peoplegoal.app_user")}
    return [entra_id for entra_id in nights.tenant.company.users if entra_id not in there]
