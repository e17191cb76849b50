"""The answer about one person, gathered from a stored night, the sync's record and PeopleGoal."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

import pyarrow as pa

from entra_sync.codes import SEVERITIES
from entra_sync.config.account import AccountConfig
from entra_sync.db import Connection, connect, statement
from entra_sync.explain.answer import (
    Event,
    Explanation,
    Match,
    Nobody,
    RunFacts,
    Seen,
    Several,
)
from entra_sync.explain.find import Candidate, find, nearest_address
from entra_sync.explain.peoplegoal import names_of, present, user_of, users_by
from entra_sync.explain.person import describe
from entra_sync.explain.stored import Night, older_users, open_night
from entra_sync.load import SnapshotRef
from entra_sync.load.preview import preview_plan
from entra_sync.mapping.rows import GUID, Column, pc
from entra_sync.mapping.values import emails
from entra_sync.preview import loadable
from entra_sync.scope import IN_SCOPE, REJECTED
from entra_sync.store import Store
from entra_sync.words import change_words

Row = dict[str, Any]

CHANGES_READ = 500
EVENTS_SHOWN = 8
SNAPSHOTS_SEARCHED = 40
ID = re.compile(GUID.strip("^$"))
NOT_LOADED = ("running", "failed", "stale")


def explain(
    url: str, store: Store, account: AccountConfig, wanted: str, *, run_id: int | None = None, plans: bool = True
) -> Explanation | Several | Nobody:
    """Explain the person with this object id, e-mail address or user principal name, as of a run or the newest one.

    ``account`` is today's account file: it names the account, and stands in where the run kept no configuration.
    ``plans``: plan a night that was not loaded, which takes temporary tables and a lock; a role that reads has neither.
    Raises EntraSyncError when there is no such run, or no snapshot of it is kept.
    """
    with connect(url) as connection:
        night = open_night(connection, store, account, run_id)
        plan = url if plans else None
        key = {"account_id": night.run["account_id"]}
        email = emails(night.users, night.account)
        found = find(night.users, email, wanted)
        if len(found) > 1:
            return Several(asked=wanted, candidates=tuple(found))
        if found:
            user = user_of(connection, key, str(found[0].entra_id), _address(email, night, found[0].entra_id))
            return _explain(connection, plan, night, found[0].entra_id, user)
        users = users_by(connection, key, wanted.strip().lower(), wanted.strip().lower())
        if len(users) > 1:
            named = (Candidate(entra_id=u["entra_id"], name=u["display_name"], address=u["email"]) for u in users)
            return Several(asked=wanted, candidates=tuple(named))
        seen, looked = _last_seen(store, night, {wanted, *(u["entra_id"] or wanted for u in users)})
        if users or seen:
            entra_id = users[0]["entra_id"] if users else seen.entra_id if seen else None
            user = users[0] if users else None
            return _explain(connection, plan, night, entra_id, user, seen=seen, looked=looked)
        return Nobody(asked=wanted, run=_facts(night), looked=looked, nearest=nearest_address(email, wanted))


def _explain(
    connection: Connection,
    plan: str | None,
    night: Night,
    entra_id: str | None,
    user: Row | None,
    *,
    seen: Seen | None = None,
    looked: int = 0,
) -> Explanation:
    key = {
        "account_id": night.run["account_id"],
        "entra_id": entra_id if entra_id and pc.match_substring_regex(entra_id, GUID).as_py() else None,
        "user_id": user and user["id"],
        "limit": CHANGES_READ,
    }
    here = entra_id in night.people
    directory = describe(night, str(entra_id)) if here else None
    done = connection.execute(statement("explain/changes"), {**key, "run_id": night.run["id"]}).fetchall()
    former = connection.execute(statement("explain/changes"), {**key, "run_id": None}).fetchall()
    stopped = night.issues is None or night.run["error_step"] == "validate"
    planned = plan is not None and not done and night.run["status"] in NOT_LOADED and not stopped
    if plan is not None and planned:
        done = _plan(plan, night, entra_id, user)
    names = {one: name for one, (name, _) in night.people.items() if name}
    issues = _issues(connection, night, entra_id)
    forgotten = connection.execute(statement("explain/forgotten"), key).fetchone()
    mentioned = {one for row in issues for one in ID.findall(row["message"])}
    return Explanation(
        run=_facts(night),
        entra_id=entra_id,
        label=(directory.label if directory else None) or (user or {}).get("display_name"),
        directory=directory,
        issues=issues,
        checks_passed=_passed(night, issues) if directory and directory.state in (IN_SCOPE, REJECTED) else (),
        names=names_of(connection, key, mentioned - names.keys())
        | {one: names[one] for one in mentioned & names.keys()},
        match=_match(done, former, user, planned=planned or night.run["dry_run"]),
        done=tuple(change_words(change, names) for change in done),
        planned=planned,
        present=None if user is None else present(connection, key, user, directory),
        history=_history(former, names),
        last_seen=seen,
        looked=looked,
        ignored=user is not None
        and user["status"] != "deactivated"
        and (directory.state if directory else "absent") in night.account.leavers.ignored(),
        forgotten=forgotten["asked_at"] if forgotten else None,
    )


def _address(email: Column, night: Night, entra_id: str | None) -> str | None:
    """The mapped address of one person of the snapshot: an older user of PeopleGoal may have it."""
    address: str | None = email.filter(pc.equal(night.users["id"].combine_chunks(), entra_id))[0].as_py()
    return address


def _facts(night: Night) -> RunFacts:
    run = night.run
    return RunFacts(
        id=run["id"],
        account=run["account"],
        status=run["status"],
        mode=night.manifest.mode,
        dry_run=run["dry_run"],
        as_of=night.manifest.as_of,
        complete=night.manifest.complete,
        own_file=night.own_file,
        error=run["error_message"],
        error_step=run["error_step"],
        left_out=night.left_out,
    )


def _issues(connection: Connection, night: Night, entra_id: str | None) -> tuple[Row, ...]:
    """Of a run that is closed from its record, else what validate has found so far."""
    if night.run["finished_at"] is None and night.issues is not None:
        return tuple(night.issues.filter(pc.equal(night.issues["entra_id"], entra_id)).to_pylist())
    key = {"run_id": night.run["id"], "entra_id": entra_id}
    return tuple(connection.execute(statement("explain/issues"), key).fetchall())


def _passed(night: Night, issues: tuple[Row, ...]) -> tuple[str, ...]:
    """Codes of the checks on a person's row that were asked and that found nothing about this one."""
    found = {row["code"] for row in issues}
    asked = dict.fromkeys(result.code for result in night.results if result.severity != "ignore")
    return tuple(code for code in asked if code not in found and is_about_a_row(code))


def is_about_a_row(code: str) -> bool:
    """Whether a check asks about one person's row or manager; others ask about the tenant as a whole."""
    return "reject" in SEVERITIES.get(code, ()) or code.startswith("manager_")


def _plan(url: str, night: Night, entra_id: str | None, user: Row | None) -> list[Row]:
    """What the run's tables would change today about this person."""
    found = preview_plan(
        url,
        account=night.account,
        curated=loadable(night.curated, night.curated.issues),
        snapshot=SnapshotRef.of(night.uri, night.manifest),
    )

    def mine(change: Row) -> bool:
        return change["entra_id"] == entra_id or (user is not None and change["user_id"] == user["id"])

    return [change for change in found.changes if mine(change)]


def _match(done: list[Row], former: list[Row], user: Row | None, *, planned: bool) -> Match:
    user_id = user["id"] if user else None
    made = {"create": "would_create" if planned else "created", "link": "would_link" if planned else "linked"}
    for change in done:
        if change["entity"] == "user" and change["action"] in made and change["status"] in ("applied", "dry_run"):
            return Match(kind=made[change["action"]], user_id=user_id, run_id=change.get("run_id"))
    if user is None and any(change["entity"] == "user" and change["status"] == "held" for change in done):
        return Match(kind="withheld", user_id=None, run_id=None)
    if user is None or user["entra_id"] is None:
        return Match(kind="none", user_id=user_id, run_id=None)
    first = [c["run_id"] for c in former if c["entity"] == "user" and c["action"] in made and c["status"] == "applied"]
    return Match(kind="object_id", user_id=user["id"], run_id=first[-1] if first else None)


def _history(former: list[Row], names: dict[str, str]) -> tuple[Event, ...]:
    events = [
        Event(run_id=run_id, at=rows[0]["as_of"] or rows[0]["started_at"], what=_words(rows, names))
        for run_id, rows in ((one, list(several)) for one, several in groupby(former, lambda row: row["run_id"]))
    ]
    return tuple(events[:EVENTS_SHOWN])


def _words(rows: list[Row], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(change_words(row, names) for row in rows)


def _last_seen(store: Store, night: Night, wanted: set[str]) -> tuple[Seen | None, int]:
    """Look back through the kept snapshots, newest first, not without end."""
    looked = 0
    texts = pa.array(sorted({one.strip().lower() for one in wanted}), pa.string())
    landing = store.landing_of(night.run["account"])
    for run_id, manifest, users in older_users(landing, night.run["id"], at_most=SNAPSHOTS_SEARCHED):
        looked += 1
        hits = [pc.is_in(pc.utf8_lower(users[name]), value_set=texts) for name in ("id", "mail", "userPrincipalName")]
        found = users.filter(pc.fill_null(pc.or_(pc.or_(hits[0], hits[1]), hits[2]), False))
        if found.num_rows:
            return Seen(run_id=run_id, as_of=manifest.as_of, entra_id=found["id"][0].as_py()), looked
    return None, looked
