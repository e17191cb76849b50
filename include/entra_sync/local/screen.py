"""What a person who follows one sync sees: a line per step, and the run's summary at the end."""

from __future__ import annotations

import sys

from entra_sync.errors import EntraSyncError


def step_line(
    task: str, seconds: float | None, counts: str = "", failed: bool = False, error: str | None = None
) -> str:
    """One step for the screen."""
    took = "" if seconds is None else f"{seconds:6.1f} s"
    said = f"failed: {error}" if failed and error else "failed" if failed else counts
    return f"  {task:<10}{took:>9}  {said}".rstrip()


def print_run(database_url: str, account: str, run_id: str) -> int:
    """Print the run's summary out of the sync history."""
    # Only now: what it loads would delay the start of the run.
    from entra_sync.cli.summary import print_summary

    print(flush=True)
    try:
        return print_summary(database_url, account, run_id)
    except EntraSyncError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
