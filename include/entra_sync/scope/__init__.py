"""Who of a tenant is a PeopleGoal user, and why somebody is not.

The snapshot's tables and the account's ``scope`` in; one decision per user out. Scope comes first: a person
who is in scope and whose account is disabled is a leaver (``disabled``), not out of scope. An absent
``userType`` counts as Member, as on old directory objects; an absent ``accountEnabled`` counts as enabled,
because absence is no evidence that somebody left. Nothing here decides whether a row is good: that is
validate's.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.config.scope import GroupFilter
from entra_sync.groups import matching
from entra_sync.mapping.paths import read
from entra_sync.mapping.rows import Column, pc, usable
from entra_sync.mapping.text import clean
from entra_sync.mapping.values import emails
from entra_sync.scope.conditions import Mask, disabled, filtered, mask, of_type
from entra_sync.scope.groups import users_within

IN_SCOPE, DISABLED, OUT_OF_SCOPE, REJECTED = "in_scope", "disabled", "out_of_scope", "rejected"

# Why a person is not synced, in the order in which the rules are asked; the first that holds is the reason.
REASONS: dict[str, str] = {
    "user_type": "the user type is not among scope.user_types",
    "group_exclude": "member of a group of scope.groups.exclude",
    "group_include": "member of no group of scope.groups.include",
    "filter": "no item of scope.filter holds",
    "no_email": "has no e-mail address, and scope.require_email is on",
    "account_disabled": "the account is disabled in Entra: a leaver",
}
# The state without a reason, and with each of them.
STATES = [IN_SCOPE, *[OUT_OF_SCOPE] * (len(REASONS) - 1), DISABLED]


def decide(users: pa.Table, groups: pa.Table, memberships: pa.Table, account: AccountConfig) -> pd.DataFrame:
    """Decide on every user with a usable id: ``entra_id, email, label, state, reason``, sorted by the first.

    state is in_scope, disabled or out_of_scope; reason is null for in_scope. Raises SnapshotError when the
    snapshot lacks an attribute that the scope or the mapping of e-mail reads.
    """
    people = usable(users)
    email = emails(people, account)
    out = {
        "user_type": ~of_type(people, account.scope.user_types),
        "group_exclude": _in_groups(people, groups, memberships, account.scope.groups.exclude),
        "group_include": _not_included(people, groups, memberships, account.scope.groups),
        "filter": ~filtered(people, account.scope.filter),
        "no_email": mask(pc.is_null(email)) & account.scope.require_email,
        "account_disabled": disabled(people),
    }
    first = np.select([out[rule] for rule in REASONS], range(1, len(REASONS) + 1), default=0)
    label = pc.coalesce(clean(read(people, "displayName")), email)
    return pd.DataFrame(
        {
            "entra_id": _series(people["id"].combine_chunks()),
            "email": _series(email),
            "label": _series(label),
            "state": _series(pa.array(STATES).take(pa.array(first))),
            "reason": _series(pa.array([None, *REASONS]).take(pa.array(first))),
        }
    )


def with_rejected(decisions: pd.DataFrame, rejected: AbstractSet[str]) -> pd.Series[str]:
    """The states with validate's word; only a person in scope is rejected: a bad row keeps no leaver in."""
    bad = decisions["entra_id"].isin(list(rejected)) & (decisions["state"] == IN_SCOPE)
    return decisions["state"].mask(bad, REJECTED)


def _not_included(people: pa.Table, groups: pa.Table, memberships: pa.Table, wanted: GroupFilter) -> Mask:
    if not wanted.include:
        return np.zeros(people.num_rows, dtype=bool)
    return ~_in_groups(people, groups, memberships, wanted.include)


def _in_groups(people: pa.Table, groups: pa.Table, memberships: pa.Table, patterns: list[str]) -> Mask:
    if not patterns:
        return np.zeros(people.num_rows, dtype=bool)
    members = users_within(matching(groups, patterns), memberships)
    return mask(pc.is_in(people["id"].combine_chunks(), value_set=members))


def _series(values: Column) -> pd.Series[str]:
    return pd.Series(values.to_pandas(), dtype="str")
