"""Sends notices through Airflow's connections, after each run and every hour.

A receiver is a connection of the type ``apprise`` (Teams, Slack, web hooks, ...) or ``smtp``. A notice that was not
taken fails the task that sent it, never the night: that task is a teardown, and the hourly run tries again.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import OperationalError

from entra_sync.airflow.accounts import AccountDag, account_dag, account_dags, accounts_folder, check_file, read_account
from entra_sync.airflow.connections import database_url, entra_connection, get_connection
from entra_sync.airflow.quiet import quiet
from entra_sync.codes import CODES
from entra_sync.config.account import AccountConfig
from entra_sync.config.yaml_file import UnreadableFile, read_yaml
from entra_sync.doctor.application import end_of
from entra_sync.errors import ConfigurationError, EntraSyncError
from entra_sync.notify import Credential, Failure, Notice, skip_night, tell, tell_week
from entra_sync.notify.texts import Words

log = logging.getLogger("entra_sync")


class NotTold(EntraSyncError):
    """A receiver did not take a notice."""

    transient = True


@quiet("tell")
def tell_run(account_file: str, context: Any) -> None:
    """Tell of the run that ended; skipped when the account names nobody. Raises NotTold after trying everybody."""
    from airflow.sdk.exceptions import AirflowSkipException

    notice, config = _notice(account_dag(Path(account_file)))
    if not notice.receivers:
        raise AirflowSkipException("The account file names nobody under notify.")
    now, steps = datetime.now(UTC), steps_of(context)
    try:
        failed = tell(
            database_url(),
            notice,
            now=now,
            rule=config.quarantine if config else None,
            # A night that was left out, or was refused, asks Entra nothing more.
            credential=credential_of(config) if config and steps.get("extract") == "success" else None,
            failure=_not_opened(account_file, now) if steps.get("open_run") == "failed" else None,
        )
    except OperationalError:
        # Nobody knows what was told before: it is told once for each run.
        if context["ti"].try_number == 1:
            failed = [one for one in notice.receivers if not _told_blindly(notice, one)]
            log.warning("step=tell account=%s database=unreachable not_told=%s", notice.account, len(failed))
        raise
    _raise(failed)


@quiet("tell")
def tell_everybody() -> None:
    """Tell what is still untold of every account, and the weekly summaries that are due. Raises NotTold at the end."""
    failed: list[str] = []
    for entry in account_dags(accounts_folder()):
        notice, config = _notice(entry)
        if not notice.receivers:
            continue
        now = datetime.now(UTC)
        failure = Failure(code="configuration_error", at=now) if entry.problem else None
        rule = config.quarantine if config else None
        failed += tell(database_url(), notice, now=now, rule=rule, failure=failure)
        failed += tell_week(database_url(), notice, now=now)
    _raise(failed)


@quiet("tell")
def tell_late(account_file: str, context: Any) -> None:
    """Tell everybody of a run that has not ended in time. Called by Airflow's deadline alert, once for a run."""
    run, (notice, config) = context["dag_run"], _notice(account_dag(Path(account_file)))
    # The file may have been broken, or changed, since Airflow made the run.
    hours = config.late_after_hours if config else None
    within = f"{hours:g} hours after Airflow made it" if hours else "in time"
    body = (
        f"The run {run['dag_run_id']} has not ended {within}.\n"
        "What to do: see which step it is at, and whether workers, the scheduler and the database are well.\n"
        f"{link(None)}"
    )
    log.warning("account=%s late run=%s", notice.account, run["dag_run_id"])
    failed = []
    for receiver in notice.receivers:
        try:
            send(receiver, Words(level="warning", title=f"{notice.name}: the directory sync is late", body=body))
        except Exception as error:
            log.warning("account=%s receiver=%s error=%s", notice.account, receiver, type(error).__name__)
            failed.append(receiver)
    _raise(failed)


def leave_out(account: AccountConfig, context: Any) -> str | None:
    """Why a scheduled night is left out, written down in the history; None when it has to work."""
    run_id = context["dag_run"].run_id
    found = skip_night(
        database_url(), account.account, run_id, account.quarantine, account.timezone, now=datetime.now(UTC)
    )
    if found is None:
        return None
    log.warning("step=open account=%s skipped=quarantine reason=%r", account.account, found.reason)
    return found.reason


def send(receiver: str, words: Words) -> None:
    """Send one notice through an Airflow connection. Raises whatever keeps the receiver from taking it."""
    kind = get_connection(receiver).conn_type
    if kind not in SENDERS:
        raise ConfigurationError(
            f"The connection {receiver} has the type {kind!r}.", hint=f"Its type must be {' or '.join(SENDERS)}."
        )
    SENDERS[kind](receiver, words)


def _apprise(receiver: str, words: Words) -> None:
    """Airflow's own notifier does not say whether anybody took it, so its hook is asked for the services only."""
    from airflow.providers.apprise.hooks.apprise import AppriseHook
    from apprise import Apprise, NotifyType

    # An address that it cannot use goes into the log as it is, and in it the token of a chat.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    services = Apprise()
    hook = AppriseHook(apprise_conn_id=receiver)
    hook.set_config_from_conn(conn=hook.get_connection(receiver), apprise_obj=services)
    if not services.notify(body=words.body, title=words.title, notify_type=NotifyType(words.level), tag="all"):
        raise NotTold(
            f"A service of the connection {receiver} did not take the notice.",
            hint="Its address is wrong, or it cannot be reached.",
        )


def _smtp(receiver: str, words: Words) -> None:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    to = get_connection(receiver).extra_dejson.get("to")
    if not to:
        raise ConfigurationError(
            f"The connection {receiver} does not say to whom.", hint='Add the extra "to": an address, or a list.'
        )
    body = html.escape(words.body).replace("\n", "<br>\n")
    # Rendered by nobody: a name in braces stays what it is.
    SmtpNotifier(to=to, subject=words.title, html_content=f"<p>{body}</p>", smtp_conn_id=receiver).notify({})


SENDERS: dict[str, Callable[[str, Words], None]] = {"apprise": _apprise, "smtp": _smtp}


def _notice(entry: AccountDag) -> tuple[Notice, AccountConfig | None]:
    """Whom to tell; of a file that does not pass, as far as it can be read: its people must know as well."""
    try:
        config = read_account(str(entry.path))
        receivers = config.notify
    except ConfigurationError:
        config, receivers = None, _named_in(entry.path)
    notice = Notice(
        account=entry.account, name=entry.name, zone=entry.timezone, receivers=receivers, send=send, link=link
    )
    return notice, config


def _named_in(path: Path) -> list[str]:
    try:
        data = read_yaml(path).data
    except UnreadableFile:
        return []
    named = data.get("notify") if isinstance(data, dict) else None
    return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []


def link(run_id: int | None) -> str:
    """The run's page, or the history, at Airflow's own address ([api] base_url)."""
    from airflow.configuration import conf

    base = conf.get("api", "base_url", fallback="") or "http://localhost:8080"
    return f"{base.rstrip('/')}/sync-history/" + (f"runs/{run_id}" if run_id else "")


def _told_blindly(notice: Notice, receiver: str) -> bool:
    code = CODES["database_failed"]
    body = f"The PeopleGoal database cannot be reached.\nWhat to do: {code.hint}\n{link(None)}"
    try:
        send(receiver, Words(level="failure", title=f"{notice.name}: the directory sync failed", body=body))
    except Exception as error:
        log.warning("step=tell account=%s receiver=%s error=%s", notice.account, receiver, type(error).__name__)
        return False
    return True


def steps_of(context: Any) -> dict[str, str | None]:
    """How the run's first steps ended, by task id."""
    run = context["dag_run"]
    wanted = ["open_run", "extract"]
    found = context["ti"].get_task_states(dag_id=run.dag_id, task_ids=wanted, run_ids=[run.run_id])
    return dict(found.get(run.run_id, {}))


def _not_opened(account_file: str, now: datetime) -> Failure:
    """Why the first step failed: there is no row that says so."""
    try:
        check_file(account_file)
    except ConfigurationError:
        return Failure(code="configuration_error", at=now)
    return Failure(code="run_failed", at=now)


def credential_of(config: AccountConfig) -> Credential | None:
    """What the account signs in with; None when its end is not known."""
    try:
        found = end_of(entra_connection(config))
    except EntraSyncError:
        return None
    return Credential(what=found[0], ends=found[1]) if found else None


def _raise(failed: list[str]) -> None:
    if failed:
        raise NotTold(f"Not told: {'; '.join(failed)}.", hint="See the connections under notify; it is tried again.")
