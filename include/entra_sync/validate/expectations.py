"""What is expected of a set: conditions of Great Expectations, each with the code and sentence of its failure.

``says`` is the sentence of the failure; ``{n}`` are the rows that break it, ``{rows}`` all rows. Ids must
be there, be GUIDs and come once, because a person hidden by a bad id would seem to have left. Nothing is
imported from the library.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from entra_sync.mapping.rows import GUID

# Every user has both in Entra; where most lack them, the application may not see them.
ALWAYS_SET = ("userPrincipalName", "accountEnabled")
SHARE_SET = 0.5


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One condition on a table, or on one column of it. ``kind`` is a class of ``great_expectations.expectations``.

    ``words``: the condition as people read it. ``failed``: how many rows break it, where the library does not count.
    """

    kind: str
    table: str
    column: str = ""
    code: str
    says: str
    words: str
    options: dict[str, Any] = field(default_factory=dict)
    failed: int | None = None

    def of(self, library: Any) -> Any:
        """The condition as an object of the library."""
        column = {"column": self.column} if self.column else {}
        return getattr(library.expectations, self.kind)(**column, **self.options)


def of_users() -> list[Expected]:
    """Ids, and the attributes that show whether the application may read users."""
    readable = [
        Expected(
            kind="ExpectColumnValuesToNotBeNull",
            table="users",
            column=name,
            code="attributes_unreadable",
            says="{n} of {rows} users have no " + name + ".",
            words=f"At least half of the users have {name}",
            options={"mostly": SHARE_SET},
        )
        for name in ALWAYS_SET
    ]
    return [*_ids("users"), *readable]


def of_groups() -> list[Expected]:
    """Ids."""
    return _ids("groups")


def of_memberships(*, dangling: str, limit: str) -> list[Expected]:
    """Both ends of every membership; ``dangling`` is the code for groups that are not in the snapshot."""
    ends = [
        _not_null("memberships", name, says="{n} memberships have no " + name + ".")
        for name in ("group_id", "member_id")
    ]
    known = Expected(
        kind="ExpectColumnValuesToBeInSet",
        table="memberships",
        column="group_known",
        code=dangling,
        says="{n} of {rows} memberships belong to groups that are not in the snapshot.",
        words=f"Memberships belong to groups of the snapshot{limit}",
        options={"value_set": [1]},
    )
    return [*ends, known]


def _ids(table: str) -> list[Expected]:
    return [
        _not_null(table, "id", says="{n} rows of " + table + " have no id."),
        Expected(
            kind="ExpectColumnValuesToBeUnique",
            table=table,
            column="id",
            code="id_duplicate",
            says="{n} rows of " + table + " share an id.",
            words="Every id comes once",
        ),
        Expected(
            kind="ExpectColumnValuesToMatchRegex",
            table=table,
            column="id",
            code="id_malformed",
            says="{n} ids of " + table + " are not GUIDs in lower case.",
            words="Every id is a GUID in lower case",
            options={"regex": GUID},
        ),
    ]


def _not_null(table: str, column: str, *, says: str) -> Expected:
    words = f"Every row has {column}"
    return Expected(
        kind="ExpectColumnValuesToNotBeNull", table=table, column=column, code="id_missing", says=says, words=words
    )
