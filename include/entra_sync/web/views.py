"""Which rows of sync.change stand behind each number of a run: a number on the page always opens into names.

The same rules as the view sync.run_count, which the counters are taken from; a test holds the two together.
"""

from dataclasses import dataclass
from typing import Any

from entra_sync.db import Connection
from entra_sync.explain.peoplegoal import names_of
from entra_sync.web.database import PAGE, Row, page_of
from entra_sync.words import leaving_words

DONE = ("applied", "dry_run", "reverted")


@dataclass(frozen=True, kw_only=True)
class View:
    """A list of names. ``counter``: the column of sync.run that counts them; ``kinds``: entity and action.

    ``once``: each person or team has one line, however many rows tell of them.
    """

    key: str
    title: str
    counter: str | None
    kinds: tuple[tuple[str, str], ...]
    statuses: tuple[str, ...] = DONE
    once: bool = False


USER_ACTIONS = ("create", "update", "reactivate", "deactivate", "link")
EVERY_STATUS = (*DONE, "held", "rejected")

USERS = (
    View(
        key="all",
        title="All",
        counter=None,
        kinds=(*(("user", action) for action in USER_ACTIONS), ("profile", "create"), ("profile", "update")),
        statuses=EVERY_STATUS,
        once=True,
    ),
    View(key="new", title="New", counter="users_created", kinds=(("user", "create"),)),
    View(
        key="updated",
        title="Updated",
        counter="users_updated",
        kinds=(("user", "link"), ("user", "update"), ("profile", "create"), ("profile", "update")),
        once=True,
    ),
    View(key="back", title="Back", counter="users_reactivated", kinds=(("user", "reactivate"),)),
    View(key="left", title="Left", counter="users_deactivated", kinds=(("user", "deactivate"),)),
    View(
        key="held",
        title="Held",
        counter="users_held",
        kinds=tuple(("user", action) for action in USER_ACTIONS),
        statuses=("held",),
    ),
    View(
        key="rejected",
        title="Rejected",
        counter="users_rejected",
        kinds=tuple(("user", action) for action in USER_ACTIONS),
        statuses=("rejected",),
    ),
)
TEAMS = (
    View(
        key="all",
        title="All teams",
        counter=None,
        kinds=(("team", "create"), ("team", "update"), ("team", "reactivate"), ("team", "archive")),
        statuses=EVERY_STATUS,
    ),
    View(key="new", title="New", counter="teams_created", kinds=(("team", "create"),)),
    View(
        key="changed",
        title="Changed",
        counter="teams_updated",
        kinds=(("team", "update"), ("team", "reactivate"), ("team_member", "update")),
        once=True,
    ),
    View(key="archived", title="Archived", counter="teams_archived", kinds=(("team", "archive"),)),
    View(key="joined", title="Members added", counter="members_added", kinds=(("team_member", "add"),)),
    View(key="removed", title="Members removed", counter="members_removed", kinds=(("team_member", "remove"),)),
)
HELD = View(
    key="held",
    title="Held",
    counter=None,
    kinds=(*(("user", action) for action in USER_ACTIONS), ("team_member", "remove")),
    statuses=("held",),
)
VIEWS: dict[str, tuple[View, ...]] = {"users": USERS, "teams": TEAMS, "held": (HELD,)}

TITLES = {
    ("user", "create"): "New",
    ("user", "update"): "Updated",
    ("user", "link"): "Linked",
    ("user", "reactivate"): "Back",
    ("user", "deactivate"): "Left",
    ("profile", "create"): "Profile created",
    ("profile", "update"): "Updated",
    ("team", "create"): "New team",
    ("team", "update"): "Changed",
    ("team", "reactivate"): "Back",
    ("team", "archive"): "Archived",
    ("team_member", "add"): "Added",
    ("team_member", "remove"): "Removed",
    ("team_member", "update"): "Role changed",
}
WOULD = {
    ("user", "create"): "Would be new",
    ("user", "deactivate"): "Would leave",
    ("team_member", "remove"): "Would leave",
}
STATES = {"held": "withheld", "rejected": "rejected", "dry_run": "planned", "reverted": "taken back"}
# Said in words beside the fields, or of no use to a reader.
SAID = ("status", "reason", "team", "entra_id")


def find_view(tab: str, key: str) -> View | None:
    """The view of a tab."""
    return next((view for view in VIEWS[tab] if view.key == key), None)


def changes(
    connection: Connection,
    run: Row,
    view: View,
    *,
    after: int = 0,
    search: str | None = None,
    size: int = PAGE,
) -> tuple[list[Row], bool]:
    """Rows of a view as ``described`` says them, and whether more follow."""
    # A profile tells of somebody who has no line of their own as a user only where somebody was updated: a first
    # night has a profile for each new user, and none of them is asked about.
    kinds = [kind for kind in view.kinds if kind[0] != "profile" or run["users_updated"]]
    rows, more = page_of(
        connection,
        "web/changes",
        size=size,
        run_id=run["id"],
        entities=[entity for entity, _ in kinds],
        actions=[action for _, action in kinds],
        statuses=list(view.statuses),
        once=view.once,
        after=after,
        pattern=like(search),
    )
    people = {one for row in rows for name in ("manager", "lead") for one in row["fields"].get(name) or () if one}
    names = names_of(connection, {"account_id": run["account_id"]}, people) if people else {}
    return [{**row, **described(row, names)} for row in rows], more


def described(row: Row, names: dict[str, str]) -> Row:
    """A change in words: ``what`` happened, its ``state`` if it was not simply done, ``note``, and ``diff``."""
    fields = row["fields"]
    reason = (fields.get("reason") or (None, None))[1]
    kind = (row["entity"], row["action"])
    note = ""
    if row["status"] == "rejected":
        note = f"the row was rejected ({reason}); PeopleGoal keeps what it has"
    elif row["action"] == "deactivate":
        note = leaving_words(reason)
    elif row["entity"] == "team_member":
        note = next((name for name in fields.get("team", ()) if name), "")
    return {
        "what": (WOULD if row["status"] == "held" else {}).get(kind) or TITLES[kind],
        "state": STATES.get(row["status"], ""),
        "note": note,
        "diff": _differences(fields, names),
    }


def _differences(fields: dict[str, Any], names: dict[str, str]) -> list[tuple[str, str | None, str | None]]:
    found = []
    for name, (old, new) in fields.items():
        if name not in SAID and old != new:
            if name in ("manager", "lead"):
                old, new = (one and names.get(one, one) for one in (old, new))
            found.append((name, _text(old), _text(new)))
    return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def like(search: str | None) -> str | None:
    """A pattern that finds the text anywhere; None for none."""
    text = (search or "").strip()
    if not text:
        return None
    for letter in ("\\", "%", "_"):
        text = text.replace(letter, f"\\{letter}")
    return f"%{text}%"
