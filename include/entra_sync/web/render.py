"""Pages out of templates: everything escaped, times in the account's zone with UTC on hover, no link but our own."""

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from entra_sync.decisions import Decision
from entra_sync.web.auth import DECISIONS
from entra_sync.words import LIMITS

MOUNTED_AT = "/sync-history"
STATIC = Path(__file__).parent / "static"
STATUSES = {
    "running": "Running",
    "success": "Success",
    "no_changes": "No changes",
    "partial": "Partial",
    "held": "Held",
    "stale": "Older night",
    "failed": "Failed",
}
STATUS_HELP = {
    "running": "At work",
    "success": "Everything was applied",
    "no_changes": "PeopleGoal had all of it already",
    "partial": "Applied, but somebody was rejected or withheld",
    "held": "Something waits for a decision",
    "stale": "An older night: its tables were made again, PeopleGoal was left as it is",
    "failed": "Nothing of this run was applied",
}
ACTS = {
    "too_many_deactivations": ("Deactivate 1 person", "Deactivate {:,} people"),
    "too_many_creations": ("Create 1 person", "Create {:,} people"),
    "too_much_team_loss": ("Take 1 member out of the team", "Take {:,} members out of their teams"),
}
USER_STATUSES = {
    "ready_to_invite": "Ready to invite",
    "invited": "Invited",
    "active": "Active",
    "deactivated": "Deactivated",
}


@cache
def environment() -> Environment:
    """The templates; an unknown name in one is an error."""
    loaded = Environment(
        loader=PackageLoader("entra_sync.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    loaded.filters.update(when=when, number=number, words=words, duration=duration, act=act)
    loaded.globals.update(
        statuses=STATUSES,
        status_help=STATUS_HELP,
        user_statuses=USER_STATUSES,
        limits=LIMITS,
        decisions_dag=DECISIONS,
        version=_static_version(),
    )
    return loaded


def page(request: Request, template: str, /, *, status_code: int = 200, **values: Any) -> HTMLResponse:
    """Render a template; ``base`` is where the page is mounted, ``airflow`` where Airflow is, both as paths."""
    base = request.scope.get("root_path", "")
    text = (
        environment()
        .get_template(template)
        .render(base=base, airflow=base.removesuffix(MOUNTED_AT), path=request.url.path.removeprefix(base), **values)
    )
    return HTMLResponse(text, status_code=status_code)


def when(moment: datetime | None, zone: ZoneInfo, *, day_only: bool = False) -> Markup:
    """A time in the account's zone; UTC on hover."""
    if moment is None:
        return Markup("&ndash;")
    local, utc = moment.astimezone(zone), moment.astimezone(UTC)
    text = f"{local:%-d %b %Y}" if day_only else f"{local:%-d %b %Y, %H:%M}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M:%S} UTC · shown in {zone.key}", text
    )


def number(value: int | None) -> str:
    """1234567 as 1,234,567."""
    return "" if value is None else f"{value:,}"


def words(value: str) -> str:
    """job_title as Job title; custom.cost_center as Cost center."""
    text = value.removeprefix("custom.").replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def act(decision: Decision) -> str:
    """What approving a question does, with the number: the words of the button."""
    one, several = ACTS[decision.kind]
    return one if decision.items == 1 else several.format(decision.items)


def duration(start: datetime, end: datetime | None) -> str:
    """From start to end in words; nothing while there is no end."""
    if end is None:
        return ""
    seconds = (end - start).total_seconds()
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _static_version() -> str:
    """Changes when a static file does: browsers may keep them."""
    parts = b"".join(file.read_bytes() for file in sorted(STATIC.iterdir()))
    return sha256(parts).hexdigest()[:12]
