"""What Airflow calls for a run that has not ended in time; DAG files import this, so it imports little."""

from typing import Any


def tell_late(account_file: str, context: Any) -> None:
    """See ``notices.tell_late``."""
    from entra_sync.airflow import notices

    notices.tell_late(account_file, context)
