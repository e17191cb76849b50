"""What is expected of a set: conditions of Great Expectations, each with the code and sentence of its failure.

``says`` is the sentence of the failure; ``{n}`` are the rows that break it, ``{rows}`` all rows. Ids must be
there, be GUIDs and come once, because a person hidden by a bad id would seem to have left. Nothing is
imported from the library.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from entra_sync.scope.fields import GUID

# Every user has both in Entra; where most lack them, the application may not see them.
ALWAYS_SET = ("userPrincipalName", "accountEnabled")
SHARE_SET = 0.5


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One condition on one column. ``kind`` is a class of ``great_expectations.expectations``."""

    kind: str
    column: str
    code: str
    says: str
    options: dict[str, Any] = field(default_factory=dict)

    def of(self, library: Any) -> Any:
        """The condition as an object of the library."""
        meta = {"code": self.code, "says": self.says}
        return getattr(library.expectations, self.kind)(column=self.column, meta=meta, **self.options)


def of_users() -> list[Expected]:
    """Ids, and the attributes that show whether the application may read users."""
    readable = [
        Expected(
            kind="ExpectColumnValuesToNotBeNull",
            column=name,
            code="attributes_unreadable",
            says="{n} of {rows} users have no " + name + ".",
            options={"mostly": SHARE_SET},
        )
        for name in ALWAYS_SET
    ]
    return [*_ids("users"), *readable]


def of_groups() -> list[Expected]:
    """Ids."""
    return _ids("groups")


def of_memberships(*, dangling: str) -> list[Expected]:
    """Both ends of every membership; ``dangling`` is the code for groups that are not in the snapshot."""
    ends = [_not_null(name, says="{n} memberships have no " + name + ".") for name in ("group_id", "member_id")]
    known = Expected(
        kind="ExpectColumnValuesToBeInSet",
        column="group_known",
        code=dangling,
        says="{n} of {rows} memberships belong to groups that are not in the snapshot.",
        options={"value_set": [True]},
    )
    return [*ends, known]


def _ids(table: str) -> list[Expected]:
    return [
        _not_null("id", says="{n} rows of " + table + " have no id."),
        Expected(
            kind="ExpectColumnValuesToBeUnique",
            column="id",
            code="id_duplicate",
            says="{n} rows of " + table + " share an id.",
        ),
        Expected(
            kind="ExpectColumnValuesToMatchRegex",
            column="id",
            code="id_malformed",
            says="{n} ids of " + table + " are not GUIDs in lower case.",
            options={"regex": GUID},
        ),
    ]


def _not_null(column: str, *, says: str) -> Expected:
    return Expected(kind="ExpectColumnValuesToNotBeNull", column=column, code="id_missing", says=says)
