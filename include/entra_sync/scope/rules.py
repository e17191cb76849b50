"""Every rule of an account's scope for one person, in the order asked, and the entry of the account file that decided.

The functions that decide on a whole tenant decide here, on a table of one row: the first rule that does not hold is the
reason that ``decide`` gives. What is said holds names of groups: it belongs on a screen that somebody asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.config.scope import AttributeFilter
from entra_sync.groups import matching
from entra_sync.mapping.paths import read
from entra_sync.mapping.rows import pc, usable
from entra_sync.mapping.text import clean
from entra_sync.mapping.values import emails
from entra_sync.scope import REASONS
from entra_sync.scope.conditions import conditions_of, disabled, holds, of_type
from entra_sync.scope.groups import groups_around, names_of

ITEMS_SHOWN = 5
LONGEST = 100


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule and one person. ``name``: a key of ``scope.REASONS``; ``holds``: it lets the person in."""

    name: str
    holds: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class _Hit:
    """The entry of a list of groups that means a group around the person; ``way``: ids from there to the person."""

    place: int
    way: tuple[str, ...]


def rules_for(
    users: pa.Table, groups: pa.Table, memberships: pa.Table, account: AccountConfig, entra_id: str
) -> list[Rule]:
    """All rules for one person, those after the decisive one as well. Raises KeyError when ``users`` lacks the id."""
    person = usable(users.filter(pc.equal(users["id"], entra_id)))
    if not person.num_rows:
        raise KeyError(entra_id)
    wanted = account.scope.groups
    around = groups_around(entra_id, memberships) if wanted.include or wanted.exclude else {}
    said = [
        _user_type(person, account),
        _group_exclude(account, groups, around),
        _group_include(account, groups, around),
        _filter(person, account),
        _email(person, account),
        _enabled(person),
    ]
    return [Rule(name=name, holds=held, detail=words) for name, (held, words) in zip(REASONS, said, strict=True)]


def _user_type(person: pa.Table, account: AccountConfig) -> tuple[bool, str]:
    held = bool(of_type(person, account.scope.user_types)[0])
    kind = clean(read(person, "userType"))[0].as_py()
    shown = kind or "no user type, which counts as Member,"
    return held, f"{shown} is {'' if held else 'not '}among scope.user_types: {', '.join(account.scope.user_types)}"


def _group_exclude(account: AccountConfig, groups: pa.Table, around: Mapping[str, tuple[str, ...]]) -> tuple[bool, str]:
    patterns = account.scope.groups.exclude
    if not patterns:
        return True, "no group is excluded"
    hit = _first(patterns, groups, around)
    if hit is None:
        return True, "member of no group of scope.groups.exclude"
    return False, f"out: {_membership(hit, 'exclude', groups)}"


def _group_include(account: AccountConfig, groups: pa.Table, around: Mapping[str, tuple[str, ...]]) -> tuple[bool, str]:
    patterns = account.scope.groups.include
    if not patterns:
        return True, "scope.groups.include is empty: members of any group and of none"
    hit = _first(patterns, groups, around)
    if hit is None:
        return False, "member of no group of scope.groups.include"
    return True, f"in: {_membership(hit, 'include', groups)}"


def _first(patterns: list[str], groups: pa.Table, around: Mapping[str, tuple[str, ...]]) -> _Hit | None:
    """The first entry of the file that means a group around the person; of several groups the one with the shortest
    way."""
    for place, pattern in enumerate(patterns, start=1):
        ways = [around[one] for one in matching(groups, [pattern]) if one in around]
        if ways:
            return _Hit(place=place, way=min(ways, key=lambda way: (len(way), way)))
    return None


def _membership(hit: _Hit, key: str, groups: pa.Table) -> str:
    names = names_of(groups, hit.way)
    outer, *inner = (names.get(one) or one for one in hit.way)
    through = f", through {'group' if len(inner) == 1 else 'groups'} {' > '.join(inner)}" if inner else ""
    return f"member of {outer} (entry {hit.place} of scope.groups.{key}){through}"


def _filter(person: pa.Table, account: AccountConfig) -> tuple[bool, str]:
    """The first item that holds, else of each item the first condition that does not."""
    items = [conditions_of(item) for item in account.scope.filter]
    if not items:
        return True, "there is no scope.filter"
    failed = []
    for place, item in enumerate(items, start=1):
        broken = [condition for condition in item if not holds(person, condition)[0]]
        if not broken:
            return True, f"item {place} holds: {_words(item) or 'no condition'}"
        failed.append(f"item {place} fails at {_words(broken[:1])}")
    more = f"; and {len(failed) - ITEMS_SHOWN} more items" if len(failed) > ITEMS_SHOWN else ""
    return False, f"no item holds: {'; '.join(failed[:ITEMS_SHOWN])}{more}"


def _words(item: list[AttributeFilter]) -> str:
    return ", ".join(_shortened(condition.words()) for condition in item)


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _email(person: pa.Table, account: AccountConfig) -> tuple[bool, str]:
    if emails(person, account)[0].is_valid:
        return True, "has an e-mail address"
    if account.scope.require_email:
        return False, "has no e-mail address, and scope.require_email is on"
    return True, "has no e-mail address, and scope.require_email is off"


def _enabled(person: pa.Table) -> tuple[bool, str]:
    if disabled(person)[0]:
        return False, "the account is disabled in Entra: a leaver"
    if person["accountEnabled"][0].is_valid:
        return True, "the account is enabled"
    return True, "Entra does not say whether the account is enabled, which counts as enabled"
