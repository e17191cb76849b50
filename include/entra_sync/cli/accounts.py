"""``accounts check``: every account file, held against what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from entra_sync.airflow.accounts import AccountDag, account_dags, accounts_folder
from entra_sync.config.account import AccountConfig, load_with_lines
from entra_sync.config.doubts import doubts
from entra_sync.config.messages import placed
from entra_sync.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One account file: ``problems`` keep its nights from running, ``warnings`` are surely not meant."""

    file: str
    account: str
    ok: bool
    problems: list[str]
    warnings: list[str]


def check_accounts(*, as_json: bool) -> int:
    """Print what is wrong with each account file; 1 when one of them does not pass."""
    folder = accounts_folder()
    entries = account_dags(folder)
    if not entries:
        raise ConfigurationError(f"There is no account file in {folder}.", hint="Add one: see docs/account-file.md.")
    found = [_checked(entry) for entry in entries]
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
    else:
        for entry, one in zip(entries, found, strict=True):
            if one.ok:
                print(f"ok    {one.file}: {entry.dag_id}, {entry.schedule} {entry.timezone}")
            for problem in one.problems:
                print(f"WRONG {problem}")
            for warning in one.warnings:
                print(f"note  {warning}")
    return 0 if all(one.ok for one in found) else 1


def _checked(entry: AccountDag) -> Checked:
    problems, warnings = (entry.problem or "").splitlines(), []
    if not problems:
        config, document = load_with_lines(entry.path)
        problems = [f"{entry.path.name}: {words}" for words in _unknown_expectations(config)]
        warnings = [placed(entry.path.name, document, loc, words) for loc, words in doubts(config)]
    return Checked(file=entry.path.name, account=entry.account, ok=not problems, problems=problems, warnings=warnings)


def _unknown_expectations(config: AccountConfig) -> Iterator[str]:
    """The account's own expectations that Great Expectations does not have, or not with these options."""
    for entry in config.checks.expectations:
        # Great Expectations takes seconds to import.
        from entra_sync.validate.own import verify

        alone = config.checks.model_copy(update={"expectations": [entry]})
        try:
            verify(config.model_copy(update={"checks": alone}))
        except ConfigurationError as error:
            yield str(error)
