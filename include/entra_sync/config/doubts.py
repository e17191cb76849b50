"""What an account file may say but hardly means: shown by ``accounts check``, never an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from entra_sync.config.account import AccountConfig
from entra_sync.config.base import Loc
from entra_sync.config.mapping import PARTS

# Days within which people come to ask what happened.
SHORTEST_HISTORY = 14


def doubts(account: AccountConfig) -> list[tuple[Loc, str]]:
    """The keys that are surely not meant as they stand, and why."""
    return [*_scope(account), *_mapping(account), *_teams(account), *_checks(account), *_nights(account)]


def _scope(account: AccountConfig) -> Iterator[tuple[Loc, str]]:
    scope = account.scope
    if not scope.user_types:
        yield ("scope", "user_types"), "is empty: nobody is in scope"
    for name in _both(scope.groups.include, scope.groups.exclude):
        yield ("scope", "groups", "exclude"), f"`{name}` is among `include` as well; `exclude` wins"
    for place, conditions in enumerate(scope.filter):
        if not conditions:
            yield ("scope", "filter", place), "has no condition: it lets everybody in, whatever the other items say"
        for number, one in enumerate(conditions):
            if one.in_ == []:
                yield ("scope", "filter", place, number, "in"), "is empty: no value is among none"
            if "" in (one.starts_with, one.ends_with):
                yield ("scope", "filter", place, number), "is an empty text: it holds for every value that is set"


def _mapping(account: AccountConfig) -> Iterator[tuple[Loc, str]]:
    for name, field in account.mapping.items():
        at: Loc = ("mapping", name)
        if field.template is not None and not PARTS.search(field.template):
            yield (*at, "template"), "names no attribute in braces: everybody gets this text; that is what `value` says"
        if field.default is not None and field.default in field.attributes()[:-1]:
            yield (*at, "default"), f"`{field.default}` is the source already"
        if field.switch is not None and not field.switch and not field.has_otherwise:
            yield (*at, "switch"), "is empty: every value stays as it is"


def _teams(account: AccountConfig) -> Iterator[tuple[Loc, str]]:
    groups = account.teams.from_groups
    if groups is None:
        return
    if not groups.types:
        yield (
            ("teams", "from_groups", "types"),
            "is empty: no group becomes a team; that is what `from_groups: null` says",
        )
    if not groups.include:
        yield ("teams", "from_groups", "include"), 'is empty: all groups are included, as with ["*"]'
    for name in _both(groups.include, groups.exclude):
        yield ("teams", "from_groups", "exclude"), f"`{name}` is among `include` as well; `exclude` wins"


def _checks(account: AccountConfig) -> Iterator[tuple[Loc, str]]:
    for name, values in account.checks.allowed.items():
        if not values:
            yield ("checks", "allowed", name), "is empty: no value is allowed"


def _nights(account: AccountConfig) -> Iterator[tuple[Loc, str]]:
    if account.reading.collapse is None:
        yield ("reading", "collapse"), "is off: a list that lost half of its people is believed; meant for one night"
    if account.guards.max_deactivations is None:
        yield ("guards", "max_deactivations"), "is off: a night may deactivate everybody; meant for one night"
    if account.retention.changes_days < SHORTEST_HISTORY:
        yield ("retention", "changes_days"), "is short: an older run can neither be opened into names nor be undone"


def _both(some: Iterable[str], others: Iterable[str]) -> list[str]:
    """Names that stand in both lists, in any case."""
    there = {name.strip().casefold() for name in others}
    return [name for name in some if name.strip().casefold() in there]
