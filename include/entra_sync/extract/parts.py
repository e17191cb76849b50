"""What a reading, full or incremental, hands over to be sealed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
from upath import UPath

from entra_sync.extract.select import GROUP_SELECT, schema
from entra_sync.extract.snapshot import Certificate, TableWriter
from entra_sync.extract.tables import MANAGER_COLUMNS, MEMBERSHIP_SCHEMA


@dataclass(frozen=True, kw_only=True)
class Known:
    """Object ids that PeopleGoal has and that are not deactivated or archived: those who could leave.

    ``forgotten``: of people whose data were erased and must not come back.
    """

    users: Collection[str] = ()
    groups: Collection[str] = ()
    forgotten: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Writers:
    """The three open files of a snapshot."""

    users: TableWriter
    groups: TableWriter
    memberships: TableWriter

    @classmethod
    def into(cls, folder: UPath, select: list[str], groups: Sequence[str] = GROUP_SELECT) -> Writers:
        """Files in ``folder``; ``select`` and ``groups`` name the columns of users and of groups.

        What a reading that was cut off has left there is overwritten.
        """
        return cls(
            users=TableWriter(folder / "users.parquet", schema(select, MANAGER_COLUMNS)),
            groups=TableWriter(folder / "groups.parquet", schema(tuple(groups))),
            memberships=TableWriter(folder / "memberships.parquet", MEMBERSHIP_SCHEMA),
        )

    def all(self) -> tuple[TableWriter, TableWriter, TableWriter]:
        """In the order of the manifest."""
        return self.users, self.groups, self.memberships

    def begin_again(self) -> None:
        """Throw away what was written."""
        for writer in self.all():
            writer.begin_again()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Certificates, positions in the change feeds and figures of one reading."""

    certificate: dict[str, Certificate]
    hidden_skipped: int
    hidden_memberships: int
    owners: int | None = None
    links: dict[str, str]
    seconds: dict[str, float] = field(default_factory=dict)
    plan: str | None = None
    recheck: dict[str, list[str]] = field(default_factory=dict)


def write_whole(writer: TableWriter, table: pa.Table) -> None:
    """Write a table that is there already."""
    for batch in table.to_batches():
        writer.write(batch)
