"""``preview``: what an account file would change, people and fields by name, without writing anything."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from entra_sync.airflow.connections import store_uri
from entra_sync.cli.choice import account_file, migrated_url
from entra_sync.config.account import load_account
from entra_sync.errors import ConfigurationError
from entra_sync.load.preview import Preview
from entra_sync.preview import AccountPreview, preview_account
from entra_sync.store import Store
from entra_sync.words import PLANNED, change_words

Row = dict[str, Any]
SHOWN = 50
PEOPLE = {"create": "created", "link": "linked", "reactivate": "back", "deactivate": "deactivated"}
TEAMS = {"create": "created", "update": "updated", "reactivate": "back", "archive": "archived"}
MEMBERS = {"add": "added", "remove": "removed", "update": "with another role"}


def print_preview(*, account: str | None, file: Path | None, limit: int | None, as_json: bool) -> int:
    """Print the plan; 1 when the checks or a limit would stop the run, else 0."""
    path = file or account_file(account)
    config = load_account(path)
    if account not in (None, config.account):
        raise ConfigurationError(f"{path.name} is the file of the account {config.account}, not {account}.")
    found = preview_account(migrated_url(), Store.at(store_uri()), config)
    if as_json:
        print(json.dumps(as_data(found, limit), indent=2, default=str))
    else:
        print("\n".join(lines(found, path.name, limit or SHOWN)))
    return 1 if found.blocked or (found.plan and found.plan.plan.held) else 0


def as_data(found: AccountPreview, limit: int | None) -> Row:
    """The whole preview for a program; ``limit`` cuts changes and issues."""
    data = {key: value for key, value in vars(found).items() if key != "plan"}
    plan = found.plan
    return data | {
        "issues": found.issues[:limit],
        "population": plan.plan.population if plan else None,
        "counts": counts(plan) if plan else None,
        "changes": plan.changes[:limit] if plan else [],
        "held": [asdict(one) for one in plan.plan.held] if plan else [],
    }


def counts(plan: Preview) -> dict[str, dict[str, int]]:
    """people, teams, members: how many of each kind, each person once."""
    done = [row for row in plan.changes if row["status"] == "dry_run"]
    users = [row for row in plan.changes if row["entity"] == "user"]
    moved = {row["entra_id"] for row in users if row["status"] == "dry_run" and row["action"] in PEOPLE}
    touched = {row["entra_id"] for row in done if row["entity"] in ("user", "profile")}
    people = _by_action(users, PEOPLE) | {"updated": len(touched - moved)}
    people |= {status: sum(row["status"] == status for row in users) for status in ("held", "rejected")}
    teams = [row for row in done if row["entity"] == "team"]
    members = [row for row in done if row["entity"] == "team_member"]
    return {"people": people, "teams": _by_action(teams, TEAMS), "members": _by_action(members, MEMBERS)}


def _by_action(rows: list[Row], words: dict[str, str]) -> dict[str, int]:
    found = Counter(row["action"] for row in rows if row["status"] == "dry_run")
    return {word: found[action] for action, word in words.items()}


def lines(found: AccountPreview, file: str, limit: int) -> Iterator[str]:
    """The preview, line by line; ``limit``: how many people, and how many teams, are named."""
    yield f"{file} against the directory as run {found.run_id} read it on {found.as_of:%Y-%m-%d %H:%M} UTC."
    yield "Nothing was written."
    for name, missing in found.left_out.items():
        yield f"  left out   {name}: the snapshot lacks {', '.join(missing)}; the next run reads it"
    for sentence in found.blocked:
        yield f"  STOPPED    the checks would stop the run: {sentence}"
    if found.plan:
        yield from _plan(found.plan, limit)
    yield from _problems(found.issues)


def _plan(plan: Preview, limit: int) -> Iterator[str]:
    for name, numbers in counts(plan).items():
        yield f"  {name:<10} {', '.join(f'{number:,} {word}' for word, number in numbers.items())}"
    for one in plan.plan.held:
        yield f"  LIMIT      {one.message}"
    if not plan.plan.held:
        yield "  limits     all hold"
    names = {row["entra_id"]: row["label"] for row in plan.changes if row["entity"] in ("user", "profile")}
    people = [row for row in plan.changes if row["entity"] in ("user", "profile")]
    yield from _section("People", people, names, limit)
    teams = [row for row in plan.changes if row["entity"] == "team"]
    yield from _section("Teams", teams, names, limit)
    members = [row for row in plan.changes if row["entity"] == "team_member"]
    yield from _section("Members", members, names, limit)


def _section(title: str, rows: list[Row], names: dict[str, str], limit: int) -> Iterator[str]:
    """Rows under the person or team that they are about, in the plan's order."""
    by_id: dict[str, list[Row]] = {}
    for row in rows:
        by_id.setdefault(row["entra_id"], []).append(row)
    if by_id:
        yield ""
        yield f"{title} ({len(by_id):,})"
    for entra_id, about in list(by_id.items())[:limit]:
        yield f"  {about[0]['label']}  {entra_id}"
        yield from (f"      {change_words(row, names).removeprefix(PLANNED)}" for row in about)
    if len(by_id) > limit:
        yield f"  ... and {len(by_id) - limit:,} more: --limit {len(by_id)} names all"


def _problems(issues: list[Row]) -> Iterator[str]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in issues:
        groups.setdefault((row["severity"], row["code"]), []).append(row)
    if groups:
        yield ""
        yield "Problems"
    for (severity, code), rows in sorted(groups.items()):
        labels = [row["label"] for row in rows if row["label"]]
        named = (
            f": {', '.join(labels[:3])}{f' and {len(labels) - 3:,} more' if len(labels) > 3 else ''}" if labels else ""
        )
        yield f"  {severity:<8} {code} ({len(rows):,}){named}"
        yield f"           {rows[0]['hint'] or rows[0]['message']}"
