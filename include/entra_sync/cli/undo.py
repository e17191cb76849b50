"""``undo``: take back what a run did, and say what stays and what the next sync will do.

Written to standard output only: it names people.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

from entra_sync import record
from entra_sync.cli.choice import migrated_url
from entra_sync.db import connect
from entra_sync.undo import Kept, UndoResult, undo_run

SHOWN = 50
OUTCOMES = {
    "success": "taken back",
    "no_changes": "nothing left to take back",
    "partial": "some of it could not be taken back, see below",
}
COUNTERS = {
    "users": ("deactivated", "reactivated", "updated"),
    "teams": ("archived", "updated"),
    "members": ("added", "removed"),
}
NEXT = (
    "  The next sync of {account} brings the directory's state again, and with it what was taken back.",
    "  Pause the DAG in Airflow until the cause is mended, in Entra or in the account file.",
)


def print_undo(run_id: int, *, account: str | None, dry_run: bool, as_json: bool) -> int:
    """Undo the run and print what became of it; 1 when something could not be taken back, else 0."""
    url = migrated_url()

    def waiting() -> None:
        # With --json standard output is the program's.
        print(
            "Another run works on the account: waiting for it, up to 10 minutes.",
            file=sys.stderr if as_json else sys.stdout,
            flush=True,
        )

    result = undo_run(url, run_id, account=account, dry_run=dry_run, waiting=waiting)
    if as_json:
        with connect(url) as connection:
            changes = record.changes(connection, result.counters.run_id)
        print(json.dumps({**asdict(result), "changes": changes}, indent=2, default=str))
    else:
        print("\n".join(lines(result)))
    return 1 if result.kept else 0


def lines(result: UndoResult) -> Iterator[str]:
    """What the undo did, line by line."""
    run = asdict(result.counters)
    dry = " (dry run: nobody was changed)" if result.dry_run else ""
    yield f"Undo of run {result.undoes} of {result.account}: {OUTCOMES[run['status']]}{dry}"
    yield f"  run       {run['run_id']}"
    for what, names in COUNTERS.items():
        numbers = [(run[f"{what}_{name}"], name) for name in names]
        yield f"  {what:<9} {', '.join(f'{number:,} {name}' for number, name in numbers)}"
    if result.kept:
        yield ""
        yield f"Left as it is ({len(result.kept):,})"
        yield from (_kept(one) for one in result.kept[:SHOWN])
        if len(result.kept) > SHOWN:
            yield f"  ... and {len(result.kept) - SHOWN:,} more"
        yield "  docs/issue_codes.md explains the codes."
    yield ""
    yield f"  Who and what: sync.change and sync.issue, run_id {run['run_id']}; `make psql` opens the database."
    if run["status"] != "no_changes" and not result.dry_run:
        yield from (line.format(account=result.account) for line in NEXT)


def _kept(one: Kept) -> str:
    return f"  {one.label or one.entra_id}  {one.entity}.{one.field}  {one.code}: {one.message}"
