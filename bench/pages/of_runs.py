"""What is asked about runs: the history, a run and its tabs, exports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from bench.pages.history import LARGEST
from bench.pages.picked import Picked
from bench.pages.question import CHANGE, CHECK, CODES, DECISION, DRAWN, HEADCOUNT, ISSUE, RUN, Asked, Query, Row
from entra_sync.web.database import PAGE
from entra_sync.web.history import HEADCOUNT_DAYS, NIGHTS
from entra_sync.web.views import changes, find_view, like


class OfRuns(Picked):
    """Questions about runs."""

    def all(self) -> Iterator[Asked]:
        """Every one."""
        yield from self._history()
        yield from self._run()
        yield from self._lists()
        yield from self._exports()

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
