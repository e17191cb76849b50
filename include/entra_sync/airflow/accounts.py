"""Account files as Airflow sees them: at parse time cheaply and without ever losing a DAG, in a task strictly."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from entra_sync.config.account import SLUG, AccountConfig, load_account
from entra_sync.config.yaml_file import UnreadableFile, read_yaml
from entra_sync.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class AccountDag:
    """What the DAG of one account file needs to be built. ``problem`` says what is wrong with the file."""

    account: str
    path: Path
    name: str
    schedule: str
    timezone: str
    expected_people: int = 0
    late_after_hours: float | None = None
    problem: str | None = None

    @property
    def dag_id(self) -> str:
        return f"entra_sync_{self.account}"


def accounts_folder() -> Path:
    """``ENTRA_SYNC_ACCOUNTS``, or include/accounts beside the package."""
    configured = os.environ.get("ENTRA_SYNC_ACCOUNTS")
    return Path(configured) if configured else Path(__file__).parents[2] / "accounts"


def account_dags(folder: Path, only_dag_id: str | None = None) -> list[AccountDag]:
    """One entry per account file.

    A file that does not pass keeps its DAG: it runs at midnight UTC and fails at its first step with the reason, so
    that one customer's typing error neither hides that customer's nights nor stops another customer's.
    """
    found = [_account_dag(path) for path in sorted(folder.glob("*.yaml"))]
    twice = {entry.account for entry in found if sum(entry.account == other.account for other in found) > 1}
    for slug in sorted(twice):
        first, *rest = [entry for entry in found if entry.account == slug]
        names = ", ".join(entry.path.name for entry in (first, *rest))
        problem = f"The account {slug!r} is described by more than one file: {names}."
        found = [entry for entry in found if entry.account != slug] + [_broken(first.path, slug, problem)]
    return [entry for entry in found if only_dag_id in (None, entry.dag_id)]


def read_account(path: str) -> AccountConfig:
    """The account of one file, for a task. Raises ConfigurationError."""
    return load_account(Path(path))


def check_file(path: str) -> None:
    """Raise the ConfigurationError of a file that does not pass, also when another file claims the same account."""
    for entry in account_dags(Path(path).parent):
        if entry.path == Path(path) and entry.problem:
            raise ConfigurationError(entry.problem)


def _account_dag(path: Path) -> AccountDag:
    try:
        config = load_account(path)
    except ConfigurationError as error:
        return _broken(path, _slug(path), str(error))
    return AccountDag(
        account=config.account,
        path=path,
        name=config.name,
        schedule=config.schedule,
        timezone=config.timezone,
        expected_people=config.expected_people,
        late_after_hours=config.late_after_hours,
    )


def _broken(path: Path, slug: str, problem: str) -> AccountDag:
    return AccountDag(account=slug, path=path, name=slug, schedule="0 0 * * *", timezone="UTC", problem=problem)


def _slug(path: Path) -> str:
    """The account of a file that does not pass: what it says if that can be read, else the file's own name."""
    try:
        data = read_yaml(path).data
    except UnreadableFile:
        data = None
    slug = data.get("account") if isinstance(data, dict) else None
    if isinstance(slug, str) and SLUG.fullmatch(slug):
        return slug
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in path.stem.lower())
