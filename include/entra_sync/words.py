"""Mappings and changes in the words of the person who reads them.

A change is a row as ``sync.change`` has it. What is said here holds people's data: it belongs on a screen that somebody
asked for, never into a log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from entra_sync.config.mapping import FieldMapping

TYPES = {
    "date": " as a date",
    "bool": " as yes or no",
    "int": " as a whole number",
    "email": " as an e-mail address",
    "phone": " as a phone number",
}
LONGEST = 60
LONGEST_TABLE = 4
PLANNED = "planned only: "
PREFIX = {"dry_run": PLANNED, "held": "withheld: ", "reverted": "taken back: "}
OUTSIDE = "out_of_scope:"
UNDO = "undo:"
RULES = {
    "user_type": "user type",
    "group_exclude": "groups to omit",
    "group_include": "groups to take",
    "filter": "filter",
    "no_email": "e-mail",
    "account_disabled": "account",
}
DROPPED = {
    "manager_missing": "not in the directory",
    "manager_not_a_user": "a contact, not a user",
    "manager_out_of_scope": "out of scope",
    "manager_disabled": "the account is disabled",
    "manager_rejected": "the manager's own row was rejected",
    "manager_self": "nobody is their own manager",
    "manager_cycle": "the link closes a circle",
}
LIMITS = {
    "too_many_deactivations": "too many people would leave at once",
    "too_many_creations": "too many people would join at once",
    "too_much_team_loss": "a team would lose too many members at once",
}
LIMITED = {
    "too_many_deactivations": "of the people",
    "too_many_creations": "of the people who are there",
    "too_much_team_loss": "of a team's members",
}
DECIDED = {
    "open": "a person is asked",
    "approved": "approved, the next run applies it",
    "applied": "approved, a later run applied it",
    "rejected": "rejected",
    "expired": "nobody answered in time",
    "superseded": "the plan changed since",
}


def mapping_words(field: FieldMapping) -> str:
    """How a field is made, on one line: ``mail as an e-mail address, else userPrincipalName``."""
    words = _source(field)
    if field.switch is not None:
        words += f", exchanged by a table ({_table(field)})"
    words += ", lower case" if field.lower else ", Title Case" if field.title else ""
    words += TYPES.get(field.type, "")
    words += f", else {field.default}" if field.default else ""
    words += ", blanks kept" if not field.strip else ""
    words += "; only when the profile is created" if field.only_on_create else ""
    return words + ("; when empty, PeopleGoal keeps its value" if not field.clear else "")


def _source(field: FieldMapping) -> str:
    if field.from_ is not None:
        return field.from_
    if field.template is not None:
        return f'"{field.template}"'
    if field.first_of is not None:
        return "the first that is set of " + ", ".join(field.first_of)
    return f'always "{field.value}"'


def _table(field: FieldMapping) -> str:
    rows = list((field.switch or {}).items())
    said = [f"{old} -> {'empty' if new is None else new}" for old, new in rows[:LONGEST_TABLE]]
    if len(rows) > LONGEST_TABLE:
        said.append(f"{len(rows) - LONGEST_TABLE} more")
    if field.has_otherwise:
        said.append(f"anything else -> {'empty' if field.otherwise is None else field.otherwise}")
    return ", ".join(said)


def change_words(change: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """One change in words. ``names``: object id -> name, for managers; ``team``: the name of a member's team."""
    return PREFIX.get(change["status"], "") + _said(change, names) + _decided(change)


def _decided(change: Mapping[str, Any]) -> str:
    """Which limit withheld the change, and what became of the question."""
    kind = change.get("decision_kind")
    return f" ({LIMITS[kind]}: {DECIDED[change['decision_status']]})" if kind else ""


def _said(change: Mapping[str, Any], names: Mapping[str, str]) -> str:
    fields = change["fields"]
    what = (change["entity"], change["action"])
    if change["status"] == "rejected":
        return f"left alone: the row was rejected ({fields['reason'][1]})"
    if what == ("user", "create"):
        said = "a new user" if change["status"] == "held" else "created, ready to invite"
        return f"{said}, {fields['email'][1] or 'without an address'}"
    if what == ("user", "link"):
        return "linked to the user that PeopleGoal had already"
    if what == ("user", "deactivate"):
        return f"deactivated: {leaving_words(fields['reason'][1])}"
    if what == ("user", "reactivate"):
        again = str(fields["status"][1])
        status = "ready to invite again" if again == "ready_to_invite" else again
        return "; ".join([f"back: {status}", *_differences(fields, names, skip=("status", "reason"))])
    if what == ("profile", "create"):
        return f"profile created with {sum(new is not None for _, new in fields.values())} fields"
    if change["entity"] == "team":
        return _team(change, names)
    if change["entity"] == "team_member":
        return _member(change)
    return "; ".join(_differences(fields, names))


def _team(change: Mapping[str, Any], names: Mapping[str, str]) -> str:
    done = {"create": "created", "archive": "archived", "reactivate": "back", "update": "changed"}[change["action"]]
    said = "; ".join(_differences(change["fields"], names, skip=("status",))) if change["action"] == "update" else ""
    return f'team "{change["label"]}" {done}' + (f": {said}" if said else "")


def _member(change: Mapping[str, Any]) -> str:
    old, new = change["fields"]["role"]
    team = change.get("team") or next((name for name in change["fields"].get("team", ()) if name), "?")
    if change["action"] == "add":
        return f'into the team "{team}"{" as its lead" if new == "lead" else ""}'
    if change["action"] == "remove":
        return f'out of the team "{team}"'
    return f'in the team "{team}": {old} -> {new}'


def _differences(fields: Mapping[str, Any], names: Mapping[str, str], skip: Iterable[str] = ()) -> list[str]:
    said = []
    for name, (old, new) in fields.items():
        if name not in skip:
            if name in ("manager", "lead"):
                old, new = (one and names.get(one, one) for one in (old, new))
            said.append(f"{name} {shown(old)} -> {shown(new)}")
    return said


def leaving_words(reason: str | None) -> str:
    """Why somebody left: deleted, disabled, or out of scope by which rule."""
    if reason == "deleted":
        return "no longer in the directory (deleted in Entra)"
    if reason == "disabled":
        return "the account is disabled in Entra"
    if reason and reason.startswith(UNDO):
        return f"run {reason.removeprefix(UNDO)}, which had brought them in, was undone"
    # It loads pandas, which took a third of a second of every step that only reads or records.
    from entra_sync.scope import REASONS

    rule = (reason or "").removeprefix(OUTSIDE)
    return f"out of scope: {REASONS.get(rule, rule)}"


def limit_words(kind: str, over: str) -> str:
    """The limit that was reached: ``percent: 5``, as sync.decision has it, as "5% of the people"."""
    unit, _, number = over.partition(": ")
    if unit == "percent":
        return f"{number}% {LIMITED[kind]}"
    return f"{int(number):,} {'person' if number == '1' else 'people'}"


def shown(value: Any) -> str:
    """A value in quotation marks on one line, shortened; ``empty`` where there is none."""
    if value is None:
        return "empty"
    text = "".join(letter if letter.isprintable() else "\ufffd" for letter in str(value))
    return f'"{text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"}"'
