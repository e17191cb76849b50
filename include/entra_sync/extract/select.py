"""Which attributes a read asks for, and the column that each becomes.

Graph returns only eleven attributes unless asked, and refuses a long ``$select`` (docs/graph.md, 1); so the list is
derived from what the account's mapping and filters use. Single extension attributes cannot be selected: the whole
``onPremisesExtensionAttributes`` is.
"""

from __future__ import annotations

import re

import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.config.checks import MANAGER_COLUMNS

ALWAYS = ("id", "accountEnabled", "userType", "mail", "userPrincipalName", "displayName", "createdDateTime")

GROUP_SELECT = (
    "id",
    "displayName",
    "description",
    "mail",
    "mailEnabled",
    "mailNickname",
    "securityEnabled",
    "groupTypes",
    "visibility",
)

# Not an attribute: a list of its own, read only when an owner may lead.
OWNERS = "owner_ids"

EXTENSION_ATTRIBUTES = pa.struct([(f"extensionAttribute{n}", pa.string()) for n in range(1, 16)])

# Everything else is text; an object or list that is not listed here is kept as JSON text.
COLUMN_TYPES: dict[str, pa.DataType] = {
    "accountEnabled": pa.bool_(),
    "mailEnabled": pa.bool_(),
    "securityEnabled": pa.bool_(),
    "businessPhones": pa.list_(pa.string()),
    "groupTypes": pa.list_(pa.string()),
    "otherMails": pa.list_(pa.string()),
    OWNERS: pa.list_(pa.string()),
    "proxyAddresses": pa.list_(pa.string()),
    "onPremisesExtensionAttributes": EXTENSION_ATTRIBUTES,
    "employeeOrgData": pa.struct([("division", pa.string()), ("costCenter", pa.string())]),
}


def user_select(account: AccountConfig) -> list[str]:
    """Attributes of users that this account needs, in a fixed order; the manager comes by ``$expand``."""
    paths = [path for field in account.mapping.values() for path in field.attributes()]
    for item in account.scope.filter:
        paths += [condition.attribute for condition in (item if isinstance(item, list) else [item])]
    for entry in account.checks.expectations:
        paths += [name for name in entry.columns() if entry.table == "users" and name not in MANAGER_COLUMNS]
    names = {re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths} - {"manager", ""}
    return [*ALWAYS, *sorted(names - set(ALWAYS))]


def wants_managers(account: AccountConfig) -> bool:
    """Managers are read when a profile or a team needs them."""
    return "manager" in account.mapping or account.teams.from_managers


def wants_owners(account: AccountConfig) -> bool:
    """Owners of groups are read when one of them may lead the team."""
    wanted = account.teams.from_groups
    return wanted is not None and wanted.lead == "owner"


def group_columns(account: AccountConfig) -> tuple[str, ...]:
    """Columns of the groups that this account needs."""
    return (*GROUP_SELECT, OWNERS) if wants_owners(account) else GROUP_SELECT


def schema(names: list[str] | tuple[str, ...], extra: list[tuple[str, pa.DataType]] | None = None) -> pa.Schema:
    """Arrow schema of the selected attributes, plus ``extra`` columns."""
    return pa.schema([(name, COLUMN_TYPES.get(name, pa.string())) for name in names] + (extra or []))
