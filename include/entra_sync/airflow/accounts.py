"""Account files as Airflow sees them: at parse time cheaply and without ever losing a DAG, in a task strictly."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from entra_sync.config.account import SLUG, AccountConfig, dag_id_of, load_account
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
        return dag_id_of(self.account)


def accounts_folder() -> Path:
    """``ENTRA_SYNC_ACCOUNTS``, or include/accounts beside the package."""
    configured = os.environ.get("ENTRA_SYNC_ACCOUNTS")
    return Path(configured) if configured else Path(__file__).parents[2] / "accounts"


def account_dags(folder: Path, only_dag_id: str | None = None) -> list[AccountDag]:
    """One entry per account file, or those of one DAG.

    A file that does not pass keeps its DAG: it runs at midnight UTC and fails at its first step with the reason, so
    that one customer's typing error neither hides that customer's nights nor stops another customer's.
    """
    paths = sorted(folder.glob("*.yaml"))
    if only_dag_id is not None:
        # Every task asks for its own DAG only: with 500 accounts, reading all files took longer than most steps.
        slug = only_dag_id.removeprefix(dag_id_of(""))
        paths = [path for path in paths if _may_be_of(path, slug)]
    found = [_account_dag(path) for path in paths]
    files = Counter(entry.account for entry in found)
    for slug in sorted(slug for slug, number in files.items() if number > 1):
        first, *rest = [entry for entry in found if entry.account == slug]
        names = ", ".join(entry.path.name for entry in (first, *rest))
        problem = f"The account {slug!r} is described by more than one file: {names}."
        found = [entry for entry in found if entry.account != slug] + [_broken(first.path, slug, problem)]
    return [entry for entry in found if only_dag_id in (None, entry.dag_id)]


def account_dag(path: Path) -> AccountDag:
    """The entry of one file among those of its folder: of two that claim one account, the first stands for both."""
    own = _account_dag(path)
    (entry,) = account_dags(path.parent, own.dag_id)
    return entry


def read_account(path: str) -> AccountConfig:
    """The account of one file, for a task. Raises ConfigurationError."""
    return load_account(Path(path))


def check_file(path: str) -> None:
    """Raise the ConfigurationError of a file that does not pass, also when another file claims the same account."""
    entry = account_dag(Path(path))
    if entry.problem:
        raise ConfigurationError(entry.problem)


def _may_be_of(path: Path, slug: str) -> bool:
    """No only for a file that certainly describes another account; a YAML escape could spell any slug."""
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    return slug.encode() in content or b"\\" in content or _slug_of_name(path) == slug


def _account_dag(path: Path) -> AccountDag:
    try:
        state = path.stat()
    except OSError:
        return _read(path)
    return _as_read(path, state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=4096)
def _as_read(path: Path, *state: int) -> AccountDag:
    """Read again when the file has changed: the page asks for all accounts at each request."""
    return _read(path)


def _read(path: Path) -> AccountDag:
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
    return _slug_of_name(path)


def _slug_of_name(path: Path) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in path.stem.lower())
