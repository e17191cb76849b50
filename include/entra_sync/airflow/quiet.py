"""What Airflow may write down of a failed task: our own words as they are, of any other error its kind and place only.

Airflow logs an exception with its text, and PostgreSQL, pandas and others quote the row that they fail on: people's
data. The page's errors are treated alike (``entra_sync.web.security``).
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from airflow.sdk.exceptions import AirflowException

from entra_sync.db import told
from entra_sync.errors import EntraSyncError, StepFailed

FRAMES = 3


@contextmanager
def quiet(step: str) -> Iterator[None]:
    """Raise DatabaseFailed for an error of PostgreSQL, StepFailed for one that nobody foresaw; also a decorator."""
    try:
        yield
    except (EntraSyncError, AirflowException):
        raise
    except psycopg.Error as error:
        raise told(error, step) from None
    except Exception as error:
        raise unforeseen(error, step).with_traceback(error.__traceback__) from None


def unforeseen(error: Exception, step: str) -> StepFailed:
    """Kind and place of an error. Of one of the operating system also what it says: it knows files, not people."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    place = ", ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    said = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
    return StepFailed(
        f"{type(error).__name__}{said} in the step {step} (at {place}).",
        hint="It is tried again. If that does not help, report it with these lines; they hold nobody's data.",
    )
