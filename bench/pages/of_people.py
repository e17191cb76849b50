"""What is asked about people: found by name, a person, who waits for an invitation, the org chart."""

from __future__ import annotations

from collections.abc import Iterator

from bench.pages.history import LARGEST
from bench.pages.picked import Picked
from bench.pages.question import ACCOUNT, CHANGES, MEMBER, PERSON, RUN, WAITING, Asked, Query
from entra_sync.web.database import PAGE


class OfPeople(Picked):
    """Questions about people."""

    def all(self) -> Iterator[Asked]:
        """Every one."""
        yield from self._people()
        yield from self._chart()

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
