"""What the daily maintenance does: retention of every account, erasures that broke off, Airflow's own rows and logs.

Airflow keeps its database from tasks. Whoever wants its rows cleaned by age says to one worker where it is
(``ENTRA_SYNC_AIRFLOW_DATABASE`` or ``_FILE``); Airflow's own command does the work, in a process of its own.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from entra_sync.airflow.accounts import account_dags, accounts_folder, read_account
from entra_sync.airflow.connections import database_url, store_uri
from entra_sync.airflow.quiet import quiet
from entra_sync.errors import AccountBusy, ConfigurationError, EntraSyncError
from entra_sync.forget import forget_unfinished
from entra_sync.retention import sweep
from entra_sync.store import Store

log = logging.getLogger("entra_sync")

DATABASE, DATABASE_FILE = "ENTRA_SYNC_AIRFLOW_DATABASE", "ENTRA_SYNC_AIRFLOW_DATABASE_FILE"
DAYS, DEFAULT_DAYS = "ENTRA_SYNC_AIRFLOW_DAYS", 90
COMMAND = ("-m", "airflow", "db", "clean")
OPTIONS = ("--skip-archive", "--yes", "--error-on-cleanup-failure", "--batch-size", "10000")


class NotMaintained(EntraSyncError):
    """Something could not be cleaned."""

    transient = True


@quiet("maintain")
def sweep_everybody() -> None:
    """Carry out every account's retention, and go on with erasures. Raises NotMaintained after trying all accounts.

    An account whose run is at work has its erasures gone on with the next day.
    """
    url, store, failed = database_url(), Store.at(store_uri()), []
    for entry in account_dags(accounts_folder()):
        try:
            sweep(url, store, read_account(str(entry.path)), now=datetime.now(UTC))
            forget_unfinished(url, store, entry.account)
        except AccountBusy:
            log.info("step=maintain account=%s busy", entry.account)
        except Exception as error:
            # A store's or a database's error may quote a path or a row; one account's must not stop the others'.
            log.warning("step=maintain account=%s error=%s", entry.account, type(error).__name__)
            failed.append(f"{entry.account} ({type(error).__name__})")
    if failed:
        raise NotMaintained(f"Not maintained: {', '.join(failed)}.", hint="See the warnings above; it is tried again.")


@quiet("maintain")
def clean_airflow() -> None:
    """Delete Airflow's rows and log files that are older than ``ENTRA_SYNC_AIRFLOW_DAYS``.

    Skipped by a worker that was not told where Airflow's database is. Raises NotMaintained when the command fails.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    days, database = _days(), _database()
    if database is None:
        raise AirflowSkipException(
            f"This worker does not hold Airflow's database: neither {DATABASE} nor _FILE is set."
        )
    before = datetime.now(UTC) - timedelta(days=days)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW__DATABASE__")}
    done = subprocess.run(
        [sys.executable, *COMMAND, *OPTIONS, "--clean-before-timestamp", before.isoformat(timespec="seconds")],
        env=environ | {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise NotMaintained(f"`airflow db clean` ended with status {done.returncode}: {said}")
    _clean_celery()
    files = clean_logs(Path(_log_folder()), older_than_s=days * 86_400)
    log.info("step=clean_airflow days=%s log_files=%s", days, files)


def clean_logs(folder: Path, *, older_than_s: float) -> int:
    """Delete log files that nobody has written for so long, and folders that this leaves empty; gives the files."""
    oldest, count = time.time() - older_than_s, 0
    for place, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(place, name)
            if ".log" in name and not path.is_symlink() and path.stat().st_mtime < oldest:
                path.unlink()
                count += 1
        # A folder that is younger may be about to be written to.
        if Path(place) != folder and Path(place).stat().st_mtime < oldest and not any(Path(place).iterdir()):
            Path(place).rmdir()
    return count


def _clean_celery() -> None:
    """Celery keeps a row per task; those that it counts as expired (a day old) are deleted by its own command."""
    from airflow.configuration import conf

    if "Celery" in conf.get("core", "executor"):
        from airflow.providers.celery.executors.celery_executor_utils import app

        app.backend.cleanup()


def _log_folder() -> str:
    from airflow.configuration import conf

    return str(conf.get("logging", "base_log_folder"))


def _database() -> str | None:
    """The file wins: a variable may be seen by more."""
    file = os.environ.get(DATABASE_FILE)
    return Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(DATABASE) or None


def _days() -> int:
    given = os.environ.get(DAYS) or str(DEFAULT_DAYS)
    if not given.isdecimal() or int(given) < 1:
        raise ConfigurationError(f"{DAYS} is {given!r}.", hint="It must be a number of days, at least 1.")
    return int(given)
