"""One tenant into one sealed snapshot: incremental where that is enough, else full, and the reason why.

In: a connection, an account, the folder of the run below the account's landing area. Out: the manifest. Without a
manifest there is no snapshot: a reading that fails or is cut off leaves nothing that anybody would read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256

from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.config.connection import EntraConnection
from entra_sync.errors import SnapshotError
from entra_sync.extract.base import Base, find_base, last_complete, why_full
from entra_sync.extract.client import GraphClient
from entra_sync.extract.completeness import Judge, ask_for
from entra_sync.extract.drift import find_drift, told_since
from entra_sync.extract.full import FullReading
from entra_sync.extract.group_lists import PERMISSION as GROUP_PERMISSION
from entra_sync.extract.groups import group_call
from entra_sync.extract.incremental import Merged, read_changes
from entra_sync.extract.links import FullNeeded
from entra_sync.extract.parts import Known, Parts, Writers, write_whole
from entra_sync.extract.retry import RetryPolicy
from entra_sync.extract.select import group_columns, user_select, wants_managers, wants_owners
from entra_sync.extract.snapshot import Drift, Manifest, read_files, write_manifest
from entra_sync.extract.users import PERMISSION as USER_PERMISSION
from entra_sync.extract.users import UserQuery

Decided = Callable[[str, str], None]


def extract_tenant(
    connection: EntraConnection,
    account: AccountConfig,
    folder: UPath,
    *,
    run_id: int,
    mode: str = "auto",
    known: Known | None = None,
    retry: RetryPolicy | None = None,
    decided: Decided | None = None,
) -> Manifest:
    """Read the tenant into ``folder`` and seal it.

    ``mode``: auto, full, incremental. ``known``: whom PeopleGoal has. ``decided`` is told the mode and the reason as
    soon as they are known. Raises GraphError and its kin; see ``errors``.
    """
    work = _Extraction(account, folder, run_id, mode, known or Known(), decided or (lambda mode, reason: None))
    return asyncio.run(work.run(connection, retry))


class _Extraction:
    """The state of one extraction."""

    def __init__(
        self, account: AccountConfig, folder: UPath, run_id: int, mode: str, known: Known, decided: Decided
    ) -> None:
        self.account, self.folder, self.run_id, self.mode, self.known = account, folder, run_id, mode, known
        self.decided = decided
        self.started = time.monotonic()
        self.as_of = datetime.now(UTC)
        teams = account.teams.from_groups
        self.hidden = bool(teams and teams.hidden)
        self.owned = teams if wants_owners(account) else None
        self.query = UserQuery(select=user_select(account), managers=wants_managers(account))

    async def run(self, connection: EntraConnection, retry: RetryPolicy | None) -> Manifest:
        base, problem = find_base(self.folder.parent, self.run_id)
        reason = problem or why_full(base, self.account, self.mode, self.as_of, synced_before=bool(self.known.users))
        async with GraphClient(connection, retry=retry) as client:
            if reason is None and base is not None:
                try:
                    return await self._incremental(client, base)
                except FullNeeded as error:
                    reason = str(error)
                except SnapshotError:
                    base, reason = None, "previous_damaged"
            return await self._full(client, base, reason or "first_run")

    async def _incremental(self, client: GraphClient, base: Base) -> Manifest:
        """Raises FullNeeded when the result cannot be trusted, or would cost more than listing all."""
        self.decided("incremental", f"since run {base.manifest.run_id}")
        merged = await read_changes(
            client, base, self.query, hidden=self.hidden, owned=self.owned, forgotten=self.known.forgotten
        )
        parts = await self._checked(client, base, merged)
        with ExitStack() as stack:
            writers = self._writers(stack)
            for writer in writers.all():
                write_whole(writer, getattr(merged.tables, writer.name.removesuffix(".parquet")))
        return self._seal(client, writers, parts, "incremental", f"since run {base.manifest.run_id}", base)

    async def _checked(self, client: GraphClient, base: Base, merged: Merged) -> Parts:
        """Hold the merged tables against the tenant's own numbers, and against whom PeopleGoal has."""
        judge = self._judge(base)
        users, groups = merged.tables.users, merged.tables.groups
        counted = {
            "users": await client.count("users", USER_PERMISSION),
            "groups": await client.count("groups", GROUP_PERMISSION),
        }
        rows = {"users": users.num_rows, "groups": groups.num_rows, "memberships": merged.tables.memberships.num_rows}
        rows |= {"owners": merged.owners} if merged.owners is not None else {}
        certificate = {}
        for kind, number in rows.items():
            if kind == "memberships":
                why = judge.why_not_members(number, merged.hidden_memberships)
            else:
                why = judge.why_not(kind, number, counted.get(kind))
            if why is not None:
                raise FullNeeded(f"numbers_disagree ({why})")
            certificate[kind] = judge.certificate(
                kind, pages=merged.pages[kind], rows=number, counted=counted.get(kind), why=None
            )
        people, teams = set(users["id"].to_pylist()), set(groups["id"].to_pylist())
        calls = [(i, self.query.one(i)) for i in self.known.users if i not in people]
        calls += [(i, group_call(i)) for i in self.known.groups if i not in teams]
        if (await ask_for(client, calls)).there:
            raise FullNeeded("known_missing")
        return Parts(
            certificate={"members" if k == "memberships" else k: part for k, part in certificate.items()},
            hidden_skipped=merged.hidden_skipped,
            hidden_memberships=merged.hidden_memberships,
            owners=merged.owners,
            links=merged.links,
            recheck=merged.recheck,
        )

    async def _full(self, client: GraphClient, base: Base | None, reason: str) -> Manifest:
        self.decided("full", reason)
        reading = FullReading(
            client=client,
            query=self.query,
            judge=self._judge(base),
            known=self.known,
            base=base,
            hidden=self.hidden,
            owned=self.owned,
        )
        with ExitStack() as stack:
            writers = self._writers(stack)
            parts = await reading.read(writers)
            told = await told_since(client, base) if self._comparable(base) and base is not None else None
        drift = self._drift(base, writers, told) if told is not None and base is not None else None
        return self._seal(client, writers, parts, "full", reason, base, drift)

    def _comparable(self, base: Base | None) -> bool:
        """Whether a chain of incremental readings ended in this base, with the same attributes."""
        return (
            base is not None
            and base.manifest.mode == "incremental"
            and base.manifest.complete
            and base.manifest.config_fingerprint == self.account.fingerprint()
        )

    def _drift(self, base: Base, writers: Writers, told: dict[str, set[str]]) -> Drift | None:
        files = {writer.name: writer.seal() for writer in writers.all()}
        try:
            return find_drift(base.tables, read_files(str(self.folder), files), told)
        except SnapshotError:
            return None

    def _judge(self, base: Base | None) -> Judge:
        """Numbers of the last complete snapshot, as far as both configurations ask for the same.

        Members that are not hidden are always read, of every group: an edit of the account file makes no list that came
        empty believable.
        """
        before: dict[str, int] = {}
        found = base if base is not None and base.manifest.complete else last_complete(self.folder.parent, self.run_id)
        if found is not None:
            # A snapshot of an earlier release may not count everything yet.
            counts = {"hidden_memberships": 0} | found.manifest.counts
            before = {"users": counts["users"], "groups": counts["groups"]}
            before["memberships"] = counts["memberships"] - counts["hidden_memberships"]
            if self.hidden:
                before["hidden_memberships"] = counts["hidden_memberships"]
            if "owners" in counts and found.manifest.owned == self._owned():
                before["owners"] = counts["owners"]
        return Judge(reading=self.account.reading, before=before)

    def _owned(self) -> str | None:
        """Hash of what chooses the groups whose owners are read."""
        return sha256(self.owned.model_dump_json().encode()).hexdigest()[:16] if self.owned else None

    def _writers(self, stack: ExitStack) -> Writers:
        writers = Writers.into(self.folder, self.query.select, group_columns(self.account))
        for writer in writers.all():
            stack.enter_context(writer)
        return writers

    def _seal(
        self,
        client: GraphClient,
        writers: Writers,
        parts: Parts,
        mode: str,
        reason: str,
        base: Base | None,
        drift: Drift | None = None,
    ) -> Manifest:
        seconds = parts.seconds | {"all": round(time.monotonic() - self.started, 3)}
        incremental = mode == "incremental" and base is not None
        manifest = Manifest(
            account=self.account.account,
            run_id=self.run_id,
            as_of=self.as_of,
            mode=mode,
            reason=reason,
            full_as_of=base.manifest.full_as_of if incremental and base is not None else self.as_of,
            complete=all(part.holds for part in parts.certificate.values()),
            counts={
                "users": writers.users.rows,
                "groups": writers.groups.rows,
                "memberships": writers.memberships.rows,
                "hidden_groups_skipped": parts.hidden_skipped,
                "hidden_memberships": parts.hidden_memberships,
                **({} if parts.owners is None else {"owners": parts.owners}),
            },
            certificate=parts.certificate,
            config_fingerprint=self.account.fingerprint(),
            select=self.query.select,
            files={writer.name: writer.seal() for writer in writers.all()},
            traffic=asdict(client.traffic),
            seconds=seconds,
            plan=parts.plan,
            base=base.manifest.run_id if incremental and base is not None else None,
            recheck=parts.recheck,
            drift=drift,
            managers=self.query.managers,
            owned=self._owned(),
            delta_links=parts.links,
        )
        write_manifest(self.folder, manifest)
        return manifest
