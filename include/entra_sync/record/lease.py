"""Working under the account's lease: a heartbeat while a step works, its error on the run's row if it fails.

The lease lives as long as somebody renews it, so that a killed process frees the account by itself.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from entra_sync.codes import CODES
from entra_sync.db import Connection, connect, statement, told
from entra_sync.errors import EntraSyncError, LeaseLost
from entra_sync.record.runs import BETWEEN_STEPS_S, Run, holder

log = logging.getLogger("entra_sync")


@contextmanager
def working(
    url: str, run: Run, *, step: str, ttl_s: float = 60, beat_s: float = 15, keep_s: float = BETWEEN_STEPS_S
) -> Iterator[None]:
    """Hold the lease for ``ttl_s`` at a time while the block works, and for ``keep_s`` after it.

    An error of the block is noted on the run's row, and raised; a block that succeeds clears what an earlier
    try of the same step noted. Raises LeaseLost when another run took the account over; an error of PostgreSQL becomes
    DatabaseFailed, which quotes nobody's data.
    """
    renew(url, run, ttl_s)
    try:
        with _heartbeat(url, run, ttl_s, beat_s):
            yield
    except BaseException as error:
        failure = told(error, step) if isinstance(error, psycopg.Error) else error
        # The database may be what failed: the block's own error is the one to raise.
        with suppress(psycopg.Error, LeaseLost):
            _note(url, run, step, failure)
            renew(url, run, keep_s)
        if failure is error:
            raise
        raise failure from None
    renew(url, run, keep_s)
    with connect(url) as connection:
        connection.execute(statement("record/clear_error"), {"run_id": run.id, "error_step": step})


def renew(url: str, run: Run, ttl_s: float) -> None:
    """Renew the lease. Raises LeaseLost when another run holds the account, or this run was closed."""
    with connect(url) as connection:
        _renew(connection, run, ttl_s)


def hold_lease(connection: Connection, run: Run) -> None:
    """Lock the lease until commit, with time for the steps that follow; the heartbeat waits meanwhile.

    Raises LeaseLost like ``renew``.
    """
    _renew(connection, run, BETWEEN_STEPS_S)


def _renew(connection: Connection, run: Run, ttl_s: float) -> None:
    values = {"account_id": run.account_id, "run_id": run.id, "holder": holder(), "ttl_s": ttl_s}
    if connection.execute(statement("record/renew_lease"), values).fetchone() is None:
        raise LeaseLost(
            f"Run {run.id} was taken for dead, and another run took the account over.",
            hint="Nothing more was written by this one. See the other run; run again if it failed.",
        )


def issue_code(error: BaseException) -> str:
    """The issue code of an error: its own, else its class's or its nearest base's; else ``run_failed``."""
    classes = [cls.__name__ for cls in type(error).__mro__]
    named = [re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in classes]
    return next((code for code in (getattr(error, "code", None), *named) if code in CODES), "run_failed")


@contextmanager
def _heartbeat(url: str, run: Run, ttl_s: float, beat_s: float) -> Iterator[None]:
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(url, run, ttl_s, beat_s, stop), name=f"lease-{run.id}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join(timeout=beat_s)


def _beat(url: str, run: Run, ttl_s: float, beat_s: float, stop: threading.Event) -> None:
    """Renew until told to stop. A database that does not answer is asked again at the next beat."""
    while not stop.wait(beat_s):
        try:
            renew(url, run, ttl_s)
        except LeaseLost:
            log.warning("run=%s lease=lost", run.id)
            return
        except psycopg.Error as error:
            log.warning("run=%s lease=not_renewed error=%s", run.id, type(error).__name__)


def _note(url: str, run: Run, step: str, error: BaseException) -> None:
    """Other errors than our own may hold people's data in their text: only the class is kept."""
    ours = isinstance(error, EntraSyncError)
    values = {
        "run_id": run.id,
        "error_class": type(error).__name__,
        "error_message": str(error) if ours else f"{type(error).__name__} in the step {step}.",
        "error_step": step,
        "error_code": issue_code(error),
        "error_hint": error.hint if isinstance(error, EntraSyncError) else None,
    }
    with connect(url) as connection:
        connection.execute(statement("record/note_error"), values)
