"""What the bench loads is what it says: everybody, then nobody, then some; and its floor copies the same rows."""

from __future__ import annotations

from bench.loading import NIGHTS, measure, show
from entra_sync.local.postgres import Postgres
from tests.conftest import short_folder

USERS = 600


def test_each_load_does_what_its_name_says(postgres: Postgres) -> None:
    with short_folder() as folder:
        found = measure(folder, postgres, users=USERS, rounds=1, profile=True)

    show(found)
    assert found.rows["person"] == USERS
    counts = {night: found.pieces[night][0].counts for night in NIGHTS}
    assert counts["first"]["users_created"] == found.rows["profile"]
    assert counts["first"]["members_added"] == found.rows["team_member"]
    for night in ("unchanged", "no findings"):
        assert counts[night]["status"] == "no_changes"
        assert counts[night]["users_unchanged"] == found.rows["profile"]
    assert 0 < counts["1 % changed"]["users_updated"] < USERS / 20
    assert counts["1 % changed"]["members_added"]
    assert counts["1 % changed"]["members_removed"]
    wal = {name: pieces[0].server.wal_bytes for name, pieces in found.pieces.items()}
    assert wal["no findings"] < wal["1 % changed"] < wal["first"]
    assert len(found.pieces["floor"]) == len(NIGHTS)
    assert "plan_members" in found.pieces["unchanged"][0].seconds
