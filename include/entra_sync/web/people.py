"""A person: found by name, then their nights, profile, managers, teams, and why they are synced or not."""

from itertools import groupby
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from entra_sync.airflow.connections import page_url, store_uri
from entra_sync.codes import CODES
from entra_sync.config.account import load_account
from entra_sync.config.fields import PROFILE_COLUMNS
from entra_sync.db import Connection, statement
from entra_sync.errors import EntraSyncError
from entra_sync.explain import Explanation, explain
from entra_sync.explain.peoplegoal import names_of
from entra_sync.store import Store
from entra_sync.web.asked import SearchDep, Slug
from entra_sync.web.auth import Account, ViewerDep
from entra_sync.web.database import Row, reading
from entra_sync.web.directory import Found, find_people
from entra_sync.web.render import page
from entra_sync.web.verdict import verdict
from entra_sync.web.views import like
from entra_sync.words import DROPPED, RULES, change_words

router = APIRouter()

FOUND, CHANGES = 50, 400


@router.get("/people", response_class=HTMLResponse)
@router.post("/people", response_class=HTMLResponse)
def search(request: Request, viewer: ViewerDep, search: SearchDep, account: Slug | None = None) -> HTMLResponse:
    """Find somebody by name, e-mail address or object id: in the directory as it was last read, and among leavers."""
    with reading() as connection:
        accounts, chosen = viewer.chosen(connection, account)
        found = _found(connection, chosen, search) if chosen and search else []
    return page(
        request, "people.html", accounts=accounts, account=chosen, search=search or "", found=found, limit=FOUND
    )


@router.get("/people/{account}/{person}", response_class=HTMLResponse)
def shown(request: Request, viewer: ViewerDep, account: str, person: UUID) -> HTMLResponse:
    """The person as PeopleGoal has them, and every night that did something to them."""
    with reading() as connection:
        theirs = viewer.account(connection, account)
        key: Row = {"account_id": theirs.id, "entra_id": str(person)}
        user = connection.execute(statement("web/person"), key).fetchone()
        key["user_id"] = user["id"] if user else None
        managers = connection.execute(statement("web/managers"), key).fetchall() if user else []
        teams = connection.execute(statement("explain/teams"), key).fetchall() if user else []
        changes = connection.execute(statement("explain/changes"), {**key, "run_id": None, "limit": CHANGES}).fetchall()
        ids = {one for row in changes for name in ("manager", "lead") for one in row["fields"].get(name) or () if one}
        names = names_of(connection, key, ids) if ids else {}
    nights = [
        {
            "run_id": run_id,
            "at": rows[0]["as_of"] or rows[0]["started_at"],
            "said": [change_words(r, names) for r in rows],
        }
        for run_id, rows in ((one, list(several)) for one, several in groupby(changes, lambda row: row["run_id"]))
    ]
    label = (user or {}).get("display_name") or next((row["label"] for row in changes if _is_theirs(row)), None)
    return page(
        request,
        "person.html",
        account=theirs,
        person=str(person),
        user=user,
        fields=_fields(user) if user else [],
        label=label,
        managers=managers,
        teams=teams,
        nights=nights,
        cut=len(changes) == CHANGES,
    )


@router.get("/people/{account}/{person}/explanation", response_class=HTMLResponse)
def explanation(request: Request, viewer: ViewerDep, account: str, person: UUID) -> HTMLResponse:
    """A part of the person's page: what the last night that is kept made of them, rule by rule."""
    with reading() as connection:
        theirs = viewer.account(connection, account)
    found: Any = None
    problem = ""
    if theirs.file is None:
        problem = "The account has no account file any more, so nobody can say what its rules would be."
    else:
        try:
            store, config = Store.at(store_uri()), load_account(theirs.file)
            found = explain(page_url(), store, config, str(person), plans=False)
        except EntraSyncError as error:
            problem = str(error)
    return page(
        request,
        "explanation.html",
        account=theirs,
        found=found if isinstance(found, Explanation) else None,
        verdict=verdict(found) if isinstance(found, Explanation) else None,
        problem=problem,
        rules=RULES,
        dropped=DROPPED,
        codes=CODES,
    )


def _found(connection: Connection, account: Account, wanted: str) -> list[Found]:
    """Of the directory, then leavers whom it does not have any more."""
    found = find_people(Store.at(store_uri()), account.slug, wanted, limit=FOUND)
    known = {one.entra_id for one in found}
    values = {"account_id": account.id, "pattern": like(wanted), "limit": FOUND}
    for row in connection.execute(statement("web/leavers"), values):
        if row["entra_id"] not in known:
            name = row["name"] or "No name"
            state = "left: deactivated in PeopleGoal"
            found.append(Found(entra_id=row["entra_id"], name=name, email=row["email"], state=state, synced=False))
    return found[:FOUND]


def _fields(user: Row) -> list[tuple[str, Any]]:
    """The profile's fields that have a value, in the order of the mapping, then the account's own."""
    profile = user["profile"] or {}
    named = [(name, profile.get(name)) for name in PROFILE_COLUMNS if name != "display_name"]
    return [(name, value) for name, value in (*named, *user["custom_fields"].items()) if value is not None]


def _is_theirs(row: Row) -> bool:
    """Whether the row's label is the person's own name, not a team's."""
    return row["entity"] in ("user", "profile", "team_member") and bool(row["label"])
