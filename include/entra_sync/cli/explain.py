"""``explain``: one person's night in words, for whoever has to answer "why".

Written to standard output only: it holds people's data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from entra_sync.airflow.connections import store_uri
from entra_sync.cli.choice import account_file, migrated_url, person_named
from entra_sync.cli.explain_directory import attributes, checks, fields, has_profile, places, scope, section
from entra_sync.config.account import load_account
from entra_sync.explain import Explanation, Nobody, Several, explain
from entra_sync.explain.answer import Match, Present, RunFacts
from entra_sync.store import Store
from entra_sync.words import PLANNED, shown

STATUSES = {
    "ready_to_invite": "ready to invite",
    "invited": "invited",
    "active": "active",
    "deactivated": "deactivated",
}


def print_explanation(person: str, *, account: str | None, run_id: int | None, as_json: bool) -> int:
    """Print the explanation; 1 when nobody, or more than one person, is meant. ``-`` reads the name from the input."""
    config = load_account(account_file(account))
    url = migrated_url()
    found = explain(url, Store.at(store_uri()), config, person_named(person), run_id=run_id)
    if as_json:
        print(json.dumps({"answer": type(found).__name__.lower()} | asdict(found), indent=2, default=str))
    else:
        print("\n".join(lines(found)))
    return 0 if isinstance(found, Explanation) else 1


def lines(found: Explanation | Several | Nobody) -> Iterator[str]:
    """The answer, line by line."""
    if isinstance(found, Nobody):
        yield from _nobody(found)
    elif isinstance(found, Several):
        yield f"{len(found.candidates)} people have {found.asked}. Ask again with an object id:"
        yield from (f"  {one.entra_id or 'no object id':<38} {one.name or ''}" for one in found.candidates)
    else:
        yield from _person(found)


def _nobody(found: Nobody) -> Iterator[str]:
    yield f"Nobody is known as {found.asked}."
    yield "  looked for  the object id, the e-mail address and the user principal name, in any case"
    yield f"  looked in   the directory as run {found.run.id} read it on {found.run.as_of:%Y-%m-%d %H:%M} UTC,"
    yield f"              PeopleGoal, and {found.looked} older snapshot{'' if found.looked == 1 else 's'}"
    if found.nearest:
        yield f"  perhaps     {found.nearest}"
    yield "  else        look the person up in the Entra admin center and ask with the object id that it shows;"
    yield "              somebody added today is known after the next sync"


def _person(found: Explanation) -> Iterator[str]:
    yield f"{found.label or 'No name'}  {found.entra_id or 'no object id'}"
    yield from (f"  {line}" for line in _run(found.run))
    if found.forgotten:
        yield from section("Forgotten", [f"the data were erased on {found.forgotten:%Y-%m-%d %H:%M} UTC"])
    directory = found.directory
    if directory is None:
        yield from _absent(found)
    else:
        yield from attributes(directory)
        yield from scope(directory)
    asked = directory is not None and has_profile(directory)
    yield from checks(found.issues, found.checks_passed, found.names, asked=asked)
    if directory is not None and asked:
        yield from fields(directory, made=directory.state == "in_scope" and found.match.kind != "withheld")
        yield from places(directory)
    yield from _done(found)
    yield from section("In PeopleGoal now", [_match(found.match), *_present(found.present)])
    yield from _history(found)


def _run(run: RunFacts) -> Iterator[str]:
    kind = "dry run, " if run.dry_run else ""
    whole = "" if run.complete else ", not the whole tenant"
    read = f"the directory as of {run.as_of:%Y-%m-%d %H:%M} UTC{whole}"
    yield f"run {run.id} of {run.account}, {kind}status {run.status}; {read}"
    if run.error and run.status == "failed":
        yield f"failed in {run.error_step}: {run.error}"
    if not run.own_file:
        yield "explained by today's account file: the run did not keep its own"
    for name, missing in run.left_out.items():
        yield f"left out: {name}, because the snapshot lacks {', '.join(missing)}"


def _absent(found: Explanation) -> Iterator[str]:
    said = ["not in the directory: deleted, or never there"]
    if found.last_seen:
        seen = found.last_seen
        said.append(f"last seen by run {seen.run_id} on {seen.as_of:%Y-%m-%d %H:%M} UTC")
        said.append(f"--run {seen.run_id} tells how it was then")
    elif found.present and found.present.entra_id is None:
        said.append("PeopleGoal had this user before the first sync, and nobody in Entra has the address")
    else:
        said.append(f"none of the older snapshots that are kept ({found.looked}) has the person")
    yield from section("In Entra", said)


def _match(match: Match) -> str:
    user = f"user {match.user_id}" if match.user_id is not None else "a new user"
    since = f" by run {match.run_id}" if match.run_id else " before the runs that are kept"
    return {
        "created": f"{user}, created by this run",
        "linked": f"{user}, linked by this run: the e-mail address is the same",
        "object_id": f"{user}, by the object id; created or linked{since}",
        "would_create": "nobody yet: a new user would be created",
        "would_link": f"{user}, who would be linked: the e-mail address is the same",
        "withheld": "nobody yet: the new user is withheld",
        "none": f"{user}, by the e-mail address only: not linked" if match.user_id is not None else "no user",
    }[match.kind]


def _done(found: Explanation) -> Iterator[str]:
    title = f"What run {found.run.id} did"
    nothing = "nothing"
    if found.planned:
        title = f"What run {found.run.id} would do if it were loaded today"
    elif found.run.dry_run:
        title = f"What run {found.run.id} would have done"
    elif found.run.status == "failed":
        nothing = "nothing: the run failed before anything was planned"
    elif found.directory is not None and found.directory.state == "in_scope":
        nothing = "nothing: PeopleGoal had all of this already"
    elif found.ignored:
        nothing = "nothing: by the account file (leavers: ignore) the person stays as they are in PeopleGoal"
    said = [word.removeprefix(PLANNED) for word in found.done]
    yield from section(title, _shortened(said, 10) or [nothing])


def _present(present: Present | None) -> Iterator[str]:
    if present is None:
        return
    since = f" since {present.deactivated_at:%Y-%m-%d}" if present.deactivated_at else ""
    yield from (
        f"status    {STATUSES.get(present.status, present.status)}{since}",
        f"e-mail    {present.email or 'empty'}",
        f"manager   {present.manager or 'none'}",
        f"teams     {', '.join(_shortened(present.teams, 6)) or 'none'}",
    )
    yield from (
        f"differs   {name}: {shown(now)}, by the directory {shown(value)}"
        for name, (value, now) in present.differs.items()
    )


def _history(found: Explanation) -> Iterator[str]:
    said = [
        f"run {event.run_id:<5} {event.at:%Y-%m-%d}  {'; '.join(_shortened(event.what, 3))}"
        for event in found.history
        if event.run_id != found.run.id
    ]
    yield from section("Other runs that did something", said or ["none, as far as the history goes back"])


def _shortened(said: Iterable[str], limit: int) -> list[str]:
    every = list(said)
    return every if len(every) <= limit else [*every[: limit - 1], f"and {len(every) - limit + 1} more"]
