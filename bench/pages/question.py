"""A question to the page, and plain SQL of the rows that answer it.

The plain SQL is a lower bound: whole rows by primary key, whose keys are known already, and the sums of what is drawn.
It looks for nothing, sorts nothing, and is sent over a connection that is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastapi.routing import APIRoute

from entra_sync.web.app import create_app

Query = tuple[str, dict[str, Any]]
Row = dict[str, Any]

ACCOUNT = "select * from peoplegoal.account"
RUN = "select * from sync.run where id = any(%(ids)s)"
CHANGE = "select * from sync.change where run_id = %(run_id)s and seq = any(%(seqs)s)"
CHANGES = (
    "select change.* from unnest(%(runs)s::bigint[], %(seqs)s::integer[]) as one (run_id, seq)"
    " join sync.change on change.run_id = one.run_id and change.seq = one.seq"
)
ISSUE = "select * from sync.issue where run_id = %(run_id)s and seq = any(%(seqs)s)"
CODES = "select code, severity, count(*) from sync.issue where run_id = %(run_id)s group by code, severity"
CHECK = 'select * from sync."check" where run_id = %(run_id)s'
DECISION = "select * from sync.decision where id = any(%(ids)s)"
PERSON = (
    "select * from peoplegoal.app_user join peoplegoal.profile on profile.user_id = app_user.id"
    " where app_user.id = any(%(ids)s)"
)
MEMBER = (
    "select * from peoplegoal.team_member join peoplegoal.team on team.id = team_member.team_id"
    " where team_member.team_id = any(%(ids)s) and team_member.user_id = %(user_id)s"
)
WAITING = "select count(*) from peoplegoal.app_user where account_id = %(account_id)s and status = 'ready_to_invite'"
DRAWN = (
    "select started_at::date, count(*), sum(users_created), sum(users_updated), sum(users_deactivated)"
    " from sync.run where id = any(%(ids)s) group by 1"
)
HEADCOUNT = (
    "select date, sum(active) from sync.headcount"
    " where account_id = any(%(account_ids)s) and date >= %(since)s group by date"
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question; ``form``: what is posted, ``is_export``: all rows, which takes its time."""

    says: str
    path: str
    plain: list[Query]
    method: str = "GET"
    form: dict[str, str] = field(default_factory=dict)
    status: int = 200
    is_export: bool = False

    @property
    def route(self) -> str:
        """The route that answers it, as the application names it."""
        path = self.path.partition("?")[0]
        return next(name for name, method, route in ROUTES if method == self.method and route.path_regex.match(path))


ROUTES = [
    (f"{method} {route.path}", method, route)
    for route in create_app().routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]
