"""Whether what was read is all there is: rows against ``$count``, against the snapshot before, and leavers one by one.

Absence is no evidence (docs/rules.md, 1). ``$count`` comes from an index that may lag behind the list, so a small
difference is borne; therefore everybody whom PeopleGoal has and the list has not is asked for by id, and only a 404
makes them absent. A list that ended well but is empty or much shorter than last time is not believed either.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from entra_sync.config.reading import Collapse, Reading, Tolerance
from entra_sync.errors import GraphProtocolError
from entra_sync.extract.batch import Item, in_batches
from entra_sync.extract.calls import Answer, Call, Row, path_of
from entra_sync.extract.client import GraphClient
from entra_sync.extract.snapshot import Certificate


def agrees(rows: int, counted: int | None, tolerance: Tolerance) -> bool:
    """Whether rows and the tenant's own number are near enough; never without a number."""
    return counted is not None and abs(rows - counted) <= max(tolerance.count, counted * tolerance.percent / 100)


def collapsed(rows: int, before: int | None, limit: Collapse | None) -> bool:
    """Whether so much is missing since the last complete snapshot that it cannot be believed."""
    if limit is None or not before:
        return False
    return rows == 0 or (before >= limit.min_population and (before - rows) * 100 > before * limit.percent)


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Makes the certificates of one reading."""

    reading: Reading
    before: dict[str, int]

    def agrees(self, rows: int, counted: int | None) -> bool:
        """Rows against the tenant's own number."""
        return agrees(rows, counted, self.reading.tolerance)

    def why_not(self, kind: str, rows: int, counted: int | None) -> str | None:
        """What speaks against ``rows`` objects of a kind being all, in words; None when nothing does."""
        before = self.before.get(kind)
        if collapsed(rows, before, self.reading.collapse):
            return f"{rows} {kind} are listed, the last complete snapshot has {before}"
        # Graph counts no memberships or owners: the chain of every group that was asked for has ended, or an error
        # was raised.
        if kind in ("memberships", "owners") or self.agrees(rows, counted):
            return None
        return f"{rows} {kind} are listed, the tenant counts {'none' if counted is None else counted}"

    def why_not_members(self, rows: int, hidden: int) -> str | None:
        """The same of memberships; ``hidden``: how many of the rows are of groups with hidden membership.

        Without its permission an application may get empty lists of hidden members instead of a refusal.
        """
        why = self.why_not("memberships", rows - hidden, None)
        before = self.before.get("hidden_memberships", 0)
        if why is None and before and (not hidden or collapsed(hidden, before, self.reading.collapse)):
            listed = f"{hidden} hidden memberships are" if hidden else "no hidden membership is"
            why = f"{listed} listed, the last complete snapshot has {before}: see Member.Read.Hidden"
        return why

    def certificate(
        self, kind: str, *, pages: int, rows: int, counted: int | None, why: str | None, absent: Absent | None = None
    ) -> Certificate:
        """The certificate of a collection whose every chain has ended; ``rows`` as written."""
        return Certificate(
            pages=pages,
            rows=rows,
            counted=counted,
            ended=True,
            holds=why is None,
            before=self.before.get(kind),
            confirmed=len(absent.gone) if absent else 0,
            missed=len(absent.there) if absent else 0,
            why=why,
        )


@dataclass
class Absent:
    """What came of asking for objects that were not listed: rows of those that are there, ids of those that are not."""

    there: list[Row] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)


async def ask_for(client: GraphClient, calls: Collection[tuple[str, Call]]) -> Absent:
    """Ask for objects by id. Raises the error of an answer that is neither 200 nor 404."""
    found = Absent()

    def take(item: Item[str], answer: Answer) -> list[Item[str]]:
        if answer.status == 404:
            found.gone.add(item.key)
        elif not answer.ok:
            raise answer.failure(item.call)
        elif isinstance(answer.body, dict) and answer.body.get("id") == item.key:
            found.there.append(answer.body)
        else:
            raise GraphProtocolError(f"GET {path_of(item.call.url)} answered with something else than this object.")
        return []

    await in_batches(client, (Item(key=object_id, call=call) for object_id, call in calls), take)
    return found
