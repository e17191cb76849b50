"""The sync history: every run's row, lease, changes and issues.

A run is opened first and closed last, also when a step failed. Between the two each step works under the
account's lease, which another run takes over when its holder is dead.
"""

from entra_sync.record.checks import checks, history_of_checks, note_checks
from entra_sync.record.extraction import known, note_reading
from entra_sync.record.lease import working
from entra_sync.record.reading import changes, health, history, issues, run_summary
from entra_sync.record.runs import Run, close_run, current_run, ensure_open, open_run

__all__ = [
    "Run",
    "changes",
    "checks",
    "close_run",
    "current_run",
    "ensure_open",
    "health",
    "history",
    "history_of_checks",
    "issues",
    "known",
    "note_checks",
    "note_reading",
    "open_run",
    "run_summary",
    "working",
]
