"""The part of ``explain`` that tells of the directory: attributes, scope, checks, fields, manager, teams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from entra_sync.explain.person import Directory, FieldValue, Link, TeamOf
from entra_sync.words import DROPPED, LONGEST, RULES, shown

STATES = {
    "in_scope": "yes",
    "disabled": "yes, but the account is disabled: a leaver",
    "out_of_scope": "no",
    "rejected": "yes, but the row was rejected: the present profile is left alone",
}
SHOWN_ALWAYS = {"mail", "userPrincipalName"}
LONGEST_CHAIN = 8
TEAMS_SHOWN = 12
GROUPS_SHOWN = 5
PASSED_SHOWN = 5


def section(title: str, said: Iterable[str]) -> Iterator[str]:
    """A heading, and its lines below it."""
    yield ""
    yield title
    yield from (f"  {line}" for line in said)


def attributes(directory: Directory) -> Iterator[str]:
    """What Entra said, set attributes first; what the profile shows as it is, is not said twice."""
    again = _taken_as_they_are(directory) if has_profile(directory) else set()
    full = [one for one in directory.attributes if one.value is not None and one.path not in again]
    width = max((len(one.path) for one in full), default=0)
    said = [f"{one.path:<{width}}  {_plain(one.value)}" for one in full]
    empty = [one.path for one in directory.attributes if one.value is None]
    said += [f"not set: {', '.join(empty)}"] if empty else []
    said += [f"and {len(again)} attributes that the profile below has as they are"] if again else []
    yield from section("In Entra", said)


def has_profile(directory: Directory) -> bool:
    """Whether a profile is made of the person, or would be if the row were good."""
    return directory.state in ("in_scope", "rejected")


def _taken_as_they_are(directory: Directory) -> set[str]:
    """Attributes that only one field reads, and that it does not change."""
    readers = Counter(one.path for field in directory.fields for one in field.attributes)
    alone = [
        field.attributes[0] for field in directory.fields if [one.value for one in field.attributes] == [field.value]
    ]
    return {one.path for one in alone if one.value is not None and readers[one.path] == 1} - SHOWN_ALWAYS


def scope(directory: Directory) -> Iterator[str]:
    """In scope or not, and each rule that was asked."""
    said = [f"{'ok' if rule.holds else 'NO'}  {RULES[rule.name]:<14}  {rule.detail}" for rule in directory.rules]
    yield from section(f"In scope: {STATES[directory.state]}", said)


def checks(
    issues: Iterable[dict[str, Any]], passed: Sequence[str], names: Mapping[str, str], *, asked: bool
) -> Iterator[str]:
    """What was found about the person; nobody checks the row of somebody who is not synced."""
    said = []
    for row in issues:
        field = f" ({row['field']})" if row["field"] else ""
        said.append(f"{row['severity']:<8} {row['code']}{field}: {_with_names(row['message'], names)}")
        if row["hint"]:
            said.append(f"         {row['hint']}")
    if passed:
        more = f" and {len(passed) - PASSED_SHOWN} more" if len(passed) > PASSED_SHOWN else ""
        said.append(f"passed   {len(passed)} checks: {', '.join(passed[:PASSED_SHOWN])}{more}")
    if said or asked:
        yield from section("Checks", said or ["found nothing"])


def _with_names(message: str, names: Mapping[str, str]) -> str:
    """Names for object ids; the id stays beside a single one."""
    meant = {entra_id: name for entra_id, name in names.items() if entra_id in message}
    for entra_id, name in meant.items():
        message = message.replace(entra_id, f"{name} ({entra_id})" if len(meant) == 1 else name)
    return message


def fields(directory: Directory, *, made: bool) -> Iterator[str]:
    """Each field, its value and how it was made. ``made``: PeopleGoal gets this profile."""
    full = [one for one in directory.fields if one.value is not None or one.unreadable]
    name_width = max((len(one.name) for one in full), default=0)
    value_width = min(max((len(_value(one)) for one in full), default=0), 34)
    said = [f"{one.name:<{name_width}}  {_value(one):<{value_width}}  from {one.how}" for one in full]
    empty = [one.name for one in directory.fields if one.value is None and not one.unreadable]
    yield from section(
        "Profile" if made else "Profile, as it would be", [*said, *([f"empty: {', '.join(empty)}"] if empty else [])]
    )


def places(directory: Directory) -> Iterator[str]:
    """Manager and teams."""
    said = [f"manager  {line}" for line in _manager(directory)]
    if directory.manager is not None and directory.manager.reports:
        reports = directory.manager.reports
        said.append(f"leads    {reports} {'person' if reports == 1 else 'people'}")
    said += [f"team     {line}" for line in _teams(directory)]
    if directory.state == "rejected":
        said.append("PeopleGoal keeps manager and teams as they are")
    yield from section("Manager and teams", said)


def _manager(directory: Directory) -> Iterator[str]:
    """The way up, and why Entra's manager was not taken."""
    link = directory.manager
    if link is None:
        yield "the account reads no managers"
    elif link.in_entra is None:
        yield "none in Entra"
    elif directory.state == "rejected":
        yield f"{_name(link.in_entra)} in Entra"
    else:
        if link.dropped:
            why = ", and then ".join(DROPPED.get(code, code) for code in link.dropped)
            yield f"{_name(link.in_entra)} in Entra; not taken: {why}"
        if link.path:
            yield f"the circle: {' > '.join(_name(one) for one in link.path[:LONGEST_CHAIN])}"
        way = [_name(one) for one in link.taken[:LONGEST_CHAIN]]
        more = f" > {len(link.taken) - len(way)} more" if len(link.taken) > len(way) else ""
        if way:
            yield f"{'the nearest above instead: ' if link.dropped else ''}{' > '.join(way)}{more}"


def _teams(directory: Directory) -> Iterator[str]:
    """The teams, and the groups through which the person came."""
    for team in directory.teams[:TEAMS_SHOWN]:
        yield _team(team)
    if len(directory.teams) > TEAMS_SHOWN:
        yield f"and {len(directory.teams) - TEAMS_SHOWN} more"
    if directory.state == "in_scope" and not directory.teams:
        yield "none"
    if directory.state == "in_scope" and directory.other_groups:
        more = len(directory.other_groups) - GROUPS_SHOWN
        named = ", ".join(directory.other_groups[:GROUPS_SHOWN])
        yield f"none from these groups, which are no team: {named}{f' and {more} more' if more > 0 else ''}"


def _team(team: TeamOf) -> str:
    kind = "group" if team.key.startswith("group:") else "direct reports of a manager"
    role = ", lead" if team.role == "lead" else ""
    through = f", through {' > '.join(team.via)}" if team.via else ""
    return f"{team.name} ({kind}{role}{through})"


def _name(link: Link) -> str:
    return link.name or link.entra_id


def _value(field: FieldValue) -> str:
    return f"CANNOT BE READ: {shown(field.text)}" if field.unreadable else _plain(field.value)


def _plain(value: str | None) -> str:
    """On one line, shortened; quotation marks where blanks at an end would not be seen."""
    text = shown(value)
    inside = text[1:-1]
    return inside if value is not None and inside == inside.strip() and 0 < len(inside) <= LONGEST else text
