"""An account's configuration, held against the attributes that a stored snapshot has.

A field whose attribute was not read is left out, not cleared: it then belongs to PeopleGoal, and nothing of it changes.
Who is in scope and what their address is cannot be left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from entra_sync.config.account import AccountConfig
from entra_sync.config.checks import MANAGER_COLUMNS, Checks, OwnExpectation
from entra_sync.errors import ConfigurationError

MANAGER_TEAMS, TEAM_LEADS = "teams.from_managers", "teams.from_groups.lead"


def readable(
    account: AccountConfig, columns: Collection[str], *, owners: bool = True, managers: bool = True
) -> tuple[AccountConfig, dict[str, list[str]]]:
    """The configuration as far as the snapshot allows, and what is left out: field or key -> attributes.

    ``columns``: the snapshot's columns of users; ``owners``: whether it has the owners of groups; ``managers``: whether
    managers were asked for, whose columns are always there. Raises ConfigurationError when the address or the scope
    needs an attribute that is not there.
    """
    there = {*columns} if managers else {*columns} - {*MANAGER_COLUMNS}
    there |= {"manager"} if "manager_id" in there else set()
    lacking = {name: _missing(field.attributes(), there) for name, field in account.mapping.items()}
    left_out = {name: missing for name, missing in lacking.items() if missing}
    _decidable(account, left_out, there)
    teams = account.teams
    if teams.from_managers and "manager" not in there:
        left_out[MANAGER_TEAMS] = ["manager"]
        teams = teams.model_copy(update={"from_managers": False})
    if teams.from_groups is not None and teams.from_groups.lead == "owner" and not owners:
        left_out[TEAM_LEADS] = ["owners of groups"]
        teams = teams.model_copy(update={"from_groups": teams.from_groups.model_copy(update={"lead": None})})
    if not left_out:
        return account, {}
    changes = {
        "mapping": {name: field for name, field in account.mapping.items() if name not in left_out},
        "teams": teams,
        "checks": _checks(account.checks, left_out, there),
    }
    return account.model_copy(update=changes), left_out


def root(path: str) -> str:
    """The attribute that a path begins with: ``a`` of ``a.b`` and of ``a[0]``."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def scope_attributes(account: AccountConfig) -> list[str]:
    """Attributes (paths) that ``scope.filter`` reads, in order, each once."""
    items = [item if isinstance(item, list) else [item] for item in account.scope.filter]
    return list(dict.fromkeys(condition.attribute for item in items for condition in item))


def _missing(paths: list[str], there: Collection[str]) -> list[str]:
    return sorted({root(path) for path in paths} - {*there})


def _decidable(account: AccountConfig, left_out: Mapping[str, list[str]], there: Collection[str]) -> None:
    scope = _missing(scope_attributes(account), there)
    for key, missing in (("mapping.email", left_out.get("email")), ("scope.filter", scope)):
        if missing:
            raise ConfigurationError(
                f"The stored snapshot lacks {', '.join(missing)}, which {key} of the account file reads.",
                hint=f"A dry run reads it and changes nobody: make sync ACCOUNT={account.account} DRY_RUN=1.",
            )


def _checks(checks: Checks, left_out: Collection[str], there: Collection[str]) -> Checks:
    """Without what is said about fields that are left out."""

    def answerable(one: OwnExpectation) -> bool:
        column = one.options.get("column")
        if one.table == "users":
            return column is None or column in there
        return one.table != "profile" or column not in left_out

    return checks.model_copy(
        update={
            "required": [name for name in checks.required if name not in left_out],
            "unique": [name for name in checks.unique if name not in left_out],
            "allowed": {name: values for name, values in checks.allowed.items() if name not in left_out},
            "expectations": [one for one in checks.expectations if answerable(one)],
        }
    )
