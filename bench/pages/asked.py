"""What is asked of the page: at least once each of its routes, and for each question the plain SQL of the same rows.

The plain SQL is a lower bound: whole rows by primary key, whose keys are known already, and the sums of what is drawn.
It looks for nothing, sorts nothing, and is sent over a connection that is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi.routing import APIRoute

from bench.pages.history import LARGEST, Sizes
from entra_sync.db import Connection, statement
from entra_sync.web.app import create_app
from entra_sync.web.database import PAGE
from entra_sync.web.history import HEADCOUNT_DAYS, NIGHTS
from entra_sync.web.views import changes, find_view, like

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


class Questions:
    """Questions about a history of ``bench.pages.history``; people and runs in them are picked from the database."""

    def __init__(self, connection: Connection, sizes: Sizes) -> None:
        self.connection, self.sizes = connection, sizes
        self.accounts = list(range(1, sizes.accounts + 1))
        self.first, self.newest, self.held = 1, sizes.newest, sizes.newest - sizes.accounts
        # Somebody in the middle of the company, who leads others.
        (row,) = self._ask(
            "select id, entra_id::text, profile.display_name as name from peoplegoal.app_user"
            " join peoplegoal.profile on profile.user_id = app_user.id"
            " where app_user.account_id = 1 and status = 'active' and id > %(about)s and exists (select"
            " from peoplegoal.profile as report where report.account_id = 1 and report.manager_id = app_user.id)"
            " order by id limit 1",
            about=sizes.people // 50,
        )
        self.person: Row = row
        (row,) = self._ask(
            "select display_name as name, entra_id::text from peoplegoal.app_user"
            " join peoplegoal.profile on profile.user_id = app_user.id"
            " where app_user.account_id = 1 and status = 'deactivated' order by id desc limit 1"
        )
        self.leaver: Row = row

    def all(self) -> list[Asked]:
        """Every question."""
        parts = (self._history(), self._run(), self._lists(), self._exports(), self._people(), self._chart())
        return [one for part in parts for one in part]

    def _history(self) -> Iterator[Asked]:
        everybody: Row = {"account_ids": self.accounts}
        largest: Row = {"account_ids": [1]}
        middle = self.sizes.runs // 2
        day = datetime.now(UTC).date() - timedelta(days=min(600, self.sizes.runs // self.sizes.accounts // 8))
        days = {"since": day, "until": day + timedelta(days=30)}
        yield self._runs("all accounts", "", everybody, charts=True)
        yield self._runs("the largest account", f"?account={LARGEST}", largest, charts=True)
        yield self._runs("the page before run 1,000", "?before=1000", {**everybody, "before": 1000})
        yield self._runs(
            "failed ones, from the middle",
            f"?status=failed&before={middle}",
            {**everybody, "status": "failed", "before": middle},
        )
        yield self._runs(
            "a month of the largest account", f"?account={LARGEST}&{urlencode(days)}", {**largest, **days}, charts=True
        )
        dag = {"dag_id": f"entra_sync_{LARGEST}", "dag_run_id": "scheduled__1"}
        (run,) = self._ids("web/run_of", account_id=1, dag_run_id=dag["dag_run_id"])
        yield Asked(
            says="from Airflow's DAG run", path=f"/runs?{urlencode(dag)}", plain=[(RUN, {"ids": [run]})], status=303
        )
        yield Asked(
            says="a sync at work", path=f"/progress.json?account={LARGEST}", plain=[(RUN, {"ids": [self.newest]})]
        )

    def _runs(self, says: str, query: str, wanted: Row, *, charts: bool = False) -> Asked:
        values = {"status": None, "before": None, "since": None, "until": None, **wanted, "limit": PAGE}
        plain: list[Query] = [(RUN, {"ids": self._ids("web/runs", **values)})]
        if charts:
            since = datetime.now(UTC) - timedelta(days=NIGHTS)
            key = {"account_ids": wanted["account_ids"]}
            drawn = self._ask(
                "select id from sync.run where account_id = any(%(account_ids)s) and started_at >= %(since)s",
                **key,
                since=since,
            )
            days = since.date() - timedelta(days=HEADCOUNT_DAYS - NIGHTS)
            plain += [(DRAWN, {"ids": [row["id"] for row in drawn]}), (HEADCOUNT, {**key, "since": days})]
        return Asked(says=says, path=f"/{query}", plain=plain)

    def _run(self) -> Iterator[Asked]:
        newest: Query = (RUN, {"ids": [self.newest]})
        issues: Query = (CODES, {"run_id": self.newest})
        checks: Query = (CHECK, {"run_id": self.newest})
        decisions: list[Query] = [(RUN, {"ids": [self.held]}), (DECISION, {"ids": [self.held]})]
        base, code = f"/runs/{self.newest}", "phone_invalid"
        found = {"run_id": self.newest, "code": code, "pattern": None, "limit": PAGE}
        seqs = self._seqs("web/issues", **{**found, "limit": 10**6}, after=0)
        middle = seqs[len(seqs) // 2]
        yield Asked(says="the newest one", path=base, plain=[newest, issues, checks])
        yield Asked(says="the first night", path="/runs/1", plain=[(RUN, {"ids": [1]}), (CODES, {"run_id": 1})])
        yield Asked(says="one that asks", path=f"/runs/{self.held}/decisions.json", plain=decisions)
        yield Asked(says="steps", path=f"{base}/steps", plain=[newest])
        yield Asked(says="errors", path=f"{base}/issues", plain=[newest, issues, self._issues(code, seqs[:PAGE])])
        late = [one for one in seqs if one > middle][:PAGE]
        yield Asked(
            says="errors, a late page",
            path=f"{base}/issues?code={code}&after={middle}",
            plain=[newest, issues, self._issues(code, late)],
        )
        wanted = self._ask(
            "select label from sync.issue where run_id = %(run_id)s and seq = %(seq)s", run_id=self.newest, seq=middle
        )[0]["label"]
        hits = self._seqs("web/issues", **{**found, "pattern": like(wanted)}, after=0)
        search = {"search": wanted}
        yield Asked(
            says="errors, a name",
            method="POST",
            path=f"{base}/issues?code={code}",
            form=search,
            plain=[newest, issues, self._issues(code, hits)],
        )
        yield Asked(
            says="errors, all of a kind",
            path=f"{base}/issues.csv?code={code}",
            plain=[newest, self._issues(code, seqs)],
            is_export=True,
        )
        yield Asked(
            says="errors, a name",
            method="POST",
            path=f"{base}/issues.csv?code={code}",
            form=search,
            plain=[newest, self._issues(code, hits)],
        )
        yield Asked(says="checks", path=f"{base}/checks", plain=[newest, checks])
        yield Asked(says="Data Docs, a file", path=f"{base}/docs", plain=[newest])

    def _issues(self, code: str, seqs: list[int]) -> Query:
        return ISSUE, {"run_id": self.newest, "code": code, "seqs": seqs}

    def _lists(self) -> Iterator[Asked]:
        for says, run_id, tab, key, late in (
            ("everybody of the first night", 1, "users", "all", False),
            ("everybody of the first night, a late page", 1, "users", "all", True),
            ("everybody of a night", self.newest, "users", "all", False),
            ("who was updated in a night", self.newest, "users", "updated", False),
            ("who left in a night", self.newest, "users", "left", False),
            ("teams of the first night", 1, "teams", "all", False),
            ("members added in the first night, a late page", 1, "teams", "joined", True),
            ("teams changed in a night", self.newest, "teams", "changed", False),
        ):
            seqs, after = self._seen(run_id, tab, key, late=late)
            yield self._list(says, f"/runs/{run_id}/{tab}?show={key}&after={after}", run_id, seqs)
        seqs, _ = self._seen(self.held, "held", "held")
        held = self._list("whom a limit withheld", f"/runs/{self.held}/held", self.held, seqs)
        yield Asked(says=held.says, path=held.path, plain=[*held.plain, (DECISION, {"ids": [self.held]})])
        for name in (self.person["name"], "Nobody Of That Name"):
            seqs, _ = self._seen(1, "users", "all", search=name)
            says = "a name in the first night" if seqs else "nobody's name in the first night"
            yield self._list(says, "/runs/1/users", 1, seqs, search=name)

    def _exports(self) -> Iterator[Asked]:
        yield Asked(says="every run", path="/runs.csv", plain=[("select * from sync.run", {})], is_export=True)
        ids = self._ids(
            "web/runs",
            account_ids=self.accounts,
            status="failed",
            before=None,
            since=None,
            until=None,
            limit=self.sizes.runs,
        )
        yield Asked(says="failed ones", path="/runs.csv?status=failed", plain=[(RUN, {"ids": ids})], is_export=True)
        for says, run_id, tab, key in (
            ("everybody of the first night", 1, "users", "all"),
            ("members added in the first night", 1, "teams", "joined"),
            ("everybody of a night", self.newest, "users", "all"),
        ):
            seqs, _ = self._seen(run_id, tab, key, size=10**6)
            yield self._list(says, f"/runs/{run_id}/{tab}.csv?show={key}", run_id, seqs, is_export=True)
        seqs, _ = self._seen(1, "users", "all", search=self.person["name"])
        yield self._list("a name in the first night", "/runs/1/users.csv", 1, seqs, search=self.person["name"])

    def _list(
        self, says: str, path: str, run_id: int, seqs: list[int], *, search: str | None = None, is_export: bool = False
    ) -> Asked:
        return Asked(
            says=says,
            path=path,
            plain=[(RUN, {"ids": [run_id]}), (CHANGE, {"run_id": run_id, "seqs": seqs})],
            method="POST" if search else "GET",
            form={"search": search} if search else {},
            is_export=is_export,
        )

    def _people(self) -> Iterator[Asked]:
        yield Asked(says="the form", path=f"/people?account={LARGEST}", plain=[(ACCOUNT, {})])
        key = {"account_id": 1, "user_id": self.person["id"], "entra_id": self.person["entra_id"]}
        found: Query = (PERSON, {"ids": [self.person["id"]]})
        left = self._by_entra_id(self.leaver["entra_id"])
        for says, name, ids in (
            ("a name", self.person["name"], [self.person["id"]]),
            ("a leaver", self.leaver["name"], left),
        ):
            yield Asked(
                says=says,
                method="POST",
                path=f"/people?account={LARGEST}",
                form={"search": name},
                plain=[(PERSON, {"ids": ids})],
            )
        managers = [row["entra_id"] for row in self._rows("web/managers", **key)]
        teams = self._ids("explain/teams", **key)
        done = self._rows("explain/changes", **key, run_id=None, limit=400)
        runs = [row["run_id"] for row in done]
        plain: list[Query] = [
            (PERSON, {"ids": [self.person["id"], *self._by_entra_id(*managers)]}),
            (MEMBER, {"ids": teams, "user_id": self.person["id"]}),
            (CHANGES, {"runs": runs, "seqs": [row["seq"] for row in done]}),
            (RUN, {"ids": runs}),
        ]
        base = f"/people/{LARGEST}/{self.person['entra_id']}"
        yield Asked(says="a person", path=base, plain=plain)
        yield Asked(says="why a person is here: the rules", path=f"{base}/explanation", plain=[found, *plain[1:]])
        for says, after in (("first page", 0), ("a late page", self.sizes.people // 2)):
            ids = self._ids("web/to_invite", account_id=1, after=after, limit=PAGE)
            yield Asked(
                says=f"ready to invite, {says}",
                path=f"/invitations?account={LARGEST}&after={after}",
                plain=[(PERSON, {"ids": ids}), (WAITING, {"account_id": 1})],
            )
        ids = self._ids("web/to_invite", account_id=1, after=0, limit=10**6)
        yield Asked(
            says="ready to invite, all",
            path=f"/invitations.csv?account={LARGEST}",
            plain=[(PERSON, {"ids": ids})],
            is_export=True,
        )

    def _chart(self) -> Iterator[Asked]:
        level = {"account_id": 1, "after": 0, "limit": PAGE}
        kinds = {kind: self._ids(f"web/chart_{kind}", **level) for kind in ("top", "alone", "left")}
        lead, entra_id = self.person["id"], self.person["entra_id"]
        way = self._ids("web/chart_way", account_id=1, user_id=lead, entra_id=None)
        below = self._ids("web/chart_reports", **level, manager_id=lead)
        base = f"/chart/{LARGEST}"
        after = self.sizes.people // 2
        late = self._ids("web/chart_alone", **{**level, "after": after})
        for says, path, ids in (
            ("the picture", f"/chart?account={LARGEST}", kinds["top"]),
            ("the list", f"/chart/list?account={LARGEST}", [one for kind in kinds.values() for one in kind]),
            ("the list below somebody", f"/chart/list?account={LARGEST}&under={lead}", [*way, *below]),
            ("heads", f"{base}/top.json?kind=top", kinds["top"]),
            ("nobody's managers, a late page", f"{base}/top.json?kind=alone&after={after}", late),
            ("leavers who lead", f"{base}/top.json?kind=left", kinds["left"]),
            ("reports", f"{base}/{lead}/reports.json", below),
            ("the way to somebody", f"{base}/{entra_id}/way.json", way),
        ):
            yield Asked(says=f"org chart: {says}", path=path, plain=[(PERSON, {"ids": ids})])
        yield Asked(
            says="org chart: a name",
            method="POST",
            path=f"{base}/find.json",
            form={"search": self.person["name"]},
            plain=[(PERSON, {"ids": [lead]})],
        )

    def _seen(
        self, run_id: int, tab: str, key: str, *, late: bool = False, search: str | None = None, size: int = PAGE
    ) -> tuple[list[int], int]:
        """The rows of a list that a page shows, and after which row it begins: half of them are before a late page."""
        view = find_view(tab, key)
        (run,) = self._rows("record/run", run_id=run_id)
        assert view is not None
        after = 0
        if late:
            (row,) = self._ask(
                "select seq from sync.change where run_id = %(run_id)s and (entity, action) in"
                " (select * from unnest(%(entities)s::text[], %(actions)s::text[])) order by seq"
                " offset (select count(*) / 2 from sync.change where run_id = %(run_id)s and (entity, action) in"
                " (select * from unnest(%(entities)s::text[], %(actions)s::text[]))) limit 1",
                run_id=run_id,
                entities=[entity for entity, _ in view.kinds[:1]],
                actions=[action for _, action in view.kinds[:1]],
            )
            after = row["seq"]
        rows: list[Row] = []
        more, last = True, after
        while more and len(rows) < size:
            some, more = changes(self.connection, run, view, after=last, search=search, size=min(size, 10_000))
            rows += some
            last = rows[-1]["seq"] if rows else 0
        return [row["seq"] for row in rows], after

    def _by_entra_id(self, *ids: str) -> list[int]:
        rows = self._ask(
            "select id from peoplegoal.app_user where account_id = 1 and entra_id = any(%(ids)s::uuid[])", ids=list(ids)
        )
        return [row["id"] for row in rows]

    def _ids(self, name: str, **values: Any) -> list[int]:
        return [row["id"] for row in self._rows(name, **values)]

    def _seqs(self, name: str, **values: Any) -> list[int]:
        return [row["seq"] for row in self._rows(name, **values)]

    def _rows(self, name: str, **values: Any) -> list[Row]:
        return self._ask(statement(name), **values)

    def _ask(self, query: str, **values: Any) -> list[Row]:
        return self.connection.execute(query, values).fetchall()
