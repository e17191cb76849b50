"""The whole answer about one person: the directory, the run, PeopleGoal now, and what happened before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entra_sync.explain.find import Candidate
from entra_sync.explain.person import Directory, as_text

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """The run whose night is explained. ``as_of``: when the directory was read (UTC).

    ``own_file``: explained by the configuration that the run kept; else by that of today's account file.
    """

    id: int
    account: str
    status: str
    mode: str
    dry_run: bool
    as_of: datetime
    complete: bool
    own_file: bool
    error: str | None
    error_step: str | None
    left_out: dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Present:
    """The person's user in PeopleGoal as it is now. ``differs``: field -> (by the directory, in PeopleGoal)."""

    user_id: int
    entra_id: str | None
    status: str
    email: str | None
    name: str | None
    manager: str | None
    teams: tuple[str, ...]
    created_at: datetime
    deactivated_at: datetime | None
    differs: dict[str, tuple[str | None, str | None]]


@dataclass(frozen=True, kw_only=True)
class Match:
    """Who the person is in PeopleGoal.

    kind: created, linked (by e-mail), object_id, would_create, would_link, withheld, none. ``run_id``: the run that
    created or linked the user; None when it is too long ago.
    """

    kind: str
    user_id: int | None
    run_id: int | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """What one run did about the person, in words; ``at``: when the directory was read, else when the run began."""

    run_id: int
    at: datetime
    what: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The last kept snapshot that has the person."""

    run_id: int
    as_of: datetime
    entra_id: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """``directory`` is None when the person is not in the snapshot, ``present`` when they are not in PeopleGoal.

    ``issues``: columns of sync.issue. ``done``: changes of this run in words; ``planned`` says that they were not
    made: the run did not come that far, and this is what its plan would be today. ``looked``: how many older snapshots
    were searched for ``last_seen``. ``checks_passed``: codes of checks on rows that found nothing about this one.
    ``names``: object id -> name of everybody whom the issues mention. ``ignored``: the account file leaves people
    alone who left this way. ``forgotten``: when the person's data were erased (UTC); None when they were not, or are
    back.
    """

    run: RunFacts
    entra_id: str | None
    label: str | None
    directory: Directory | None
    issues: tuple[Row, ...]
    checks_passed: tuple[str, ...]
    names: dict[str, str]
    match: Match
    done: tuple[str, ...]
    planned: bool
    present: Present | None
    history: tuple[Event, ...]
    last_seen: Seen | None
    looked: int
    ignored: bool
    forgotten: datetime | None


@dataclass(frozen=True, kw_only=True)
class Several:
    """More than one person is meant."""

    asked: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, kw_only=True)
class Nobody:
    """Nobody is meant: where was looked, and the address that is nearly the one asked for."""

    asked: str
    run: RunFacts
    looked: int
    nearest: str | None


def differences(directory: Directory, profile: Mapping[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """Fields whose value in PeopleGoal is not the directory's; ``profile`` has the columns and ``custom_fields``."""
    custom = profile.get("custom_fields") or {}
    found = {}
    for field in directory.fields:
        name = field.name.removeprefix("custom.")
        if field.name != "email":
            value = as_text(custom.get(name) if field.name != name else profile.get(name))
            if value != field.value:
                found[field.name] = (field.value, value)
    return found
