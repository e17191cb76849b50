"""Who of a tenant is a PeopleGoal user, and why somebody is not.

The snapshot's tables and the account's ``scope`` in; one decision per user out. Scope comes first: a person
who is in scope and whose account is disabled is a leaver (``disabled``), not out of scope. An absent
``userType`` counts as Member, as on old directory objects; an absent ``accountEnabled`` counts as enabled,
because absence is no evidence that somebody left. Nothing here decides whether a row is good: that is
validate's.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from entra_sync.config.account import AccountConfig, AttributeFilter, GroupFilter
from entra_sync.scope.fields import Column, clean, emails, pc, read, usable
from entra_sync.scope.groups import matching, users_within

IN_SCOPE, DISABLED, OUT_OF_SCOPE, REJECTED = "in_scope", "disabled", "out_of_scope", "rejected"

Mask = npt.NDArray[np.bool_]

# Why a person is not synced, in the order in which the rules are asked; the first that holds is the reason.
REASONS: dict[str, str] = {
    "user_type": "the user type is not among scope.user_types",
    "group_exclude": "member of a group of scope.groups.exclude",
    "group_include": "member of no group of scope.groups.include",
    "filter": "no item of scope.filter holds",
    "no_email": "has no e-mail address, and scope.require_email is on",
    "account_disabled": "the account is disabled in Entra: a leaver",
}


def decide(users: pa.Table, groups: pa.Table, memberships: pa.Table, account: AccountConfig) -> pd.DataFrame:
    """Decide on every user with a usable id: ``entra_id, email, label, state, reason``, sorted by the first.

    state is in_scope, disabled or out_of_scope; reason is null for in_scope. Raises SnapshotError when the
    snapshot lacks an attribute that the scope or the mapping of e-mail reads.
    """
    people = usable(users)
    email = emails(people, account)
    outside = {
        "user_type": ~_of_type(people, account.scope.user_types),
        "group_exclude": _in_groups(people, groups, memberships, account.scope.groups.exclude),
        "group_include": _not_included(people, groups, memberships, account.scope.groups),
        "filter": ~_filtered(people, account.scope.filter),
        "no_email": _mask(pc.is_null(email)) & account.scope.require_email,
    }
    disabled = _mask(pc.equal(people["accountEnabled"].combine_chunks(), False))
    reason = np.select([*outside.values(), disabled], [*outside, "account_disabled"], default="")
    state = np.select([reason == "", reason == "account_disabled"], [IN_SCOPE, DISABLED], default=OUT_OF_SCOPE)
    label = pc.coalesce(clean(read(people, "displayName")), email)
    return pd.DataFrame(
        {
            "entra_id": _series(people["id"].combine_chunks()),
            "email": _series(email),
            "label": _series(label),
            "state": pd.Series(state, dtype="str"),
            "reason": pd.Series(reason, dtype="str").mask(reason == ""),
        }
    )


def with_rejected(decisions: pd.DataFrame, rejected: AbstractSet[str]) -> pd.Series[str]:
    """The states with validate's word; only a person in scope is rejected: a bad row keeps no leaver in."""
    bad = decisions["entra_id"].isin(list(rejected)) & (decisions["state"] == IN_SCOPE)
    return decisions["state"].mask(bad, REJECTED)


def _of_type(people: pa.Table, allowed: Sequence[str]) -> Mask:
    kind = pc.utf8_lower(pc.fill_null(clean(read(people, "userType")), "member"))
    return _mask(pc.is_in(kind, value_set=pa.array([name.lower() for name in allowed], pa.string())))


def _not_included(people: pa.Table, groups: pa.Table, memberships: pa.Table, wanted: GroupFilter) -> Mask:
    if not wanted.include:
        return np.zeros(people.num_rows, dtype=bool)
    return ~_in_groups(people, groups, memberships, wanted.include)


def _in_groups(people: pa.Table, groups: pa.Table, memberships: pa.Table, patterns: list[str]) -> Mask:
    if not patterns:
        return np.zeros(people.num_rows, dtype=bool)
    members = users_within(matching(groups, patterns), memberships)
    return _mask(pc.is_in(people["id"].combine_chunks(), value_set=members))


def _filtered(people: pa.Table, items: list[AttributeFilter | list[AttributeFilter]]) -> Mask:
    """One item is enough, in an item all conditions must hold; no item at all lets everybody in."""
    if not items:
        return np.ones(people.num_rows, dtype=bool)
    found = np.zeros(people.num_rows, dtype=bool)
    for item in items:
        holds = np.ones(people.num_rows, dtype=bool)
        for condition in item if isinstance(item, list) else [item]:
            holds &= _condition(people, condition)
        found |= holds
    return found


def _condition(people: pa.Table, condition: AttributeFilter) -> Mask:
    """Any case; an empty text among the values stands for an attribute that is not set."""
    wanted = pc.fill_null(clean(pa.array(condition.in_, pa.string())), "").to_pylist()
    values = _series(pc.fill_null(clean(read(people, condition.attribute)), ""))
    return values.str.casefold().isin([str(value).casefold() for value in wanted]).to_numpy(dtype=bool)


def _mask(values: Column) -> Mask:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=bool)


def _series(values: Column) -> pd.Series[str]:
    return pd.Series(values.to_pandas(), dtype="str")
