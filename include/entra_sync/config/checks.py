"""What counts as a good row and a believable set: the section ``checks`` of an account file."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, Field, field_validator, model_validator

from entra_sync.codes import CODES, SEVERITIES
from entra_sync.config.attributes import check_path, nearest
from entra_sync.config.base import Strict, refuse
from entra_sync.config.yaml_file import numbers

Severity = Literal["block", "reject", "warn", "ignore"]

# Options of Great Expectations that name columns, and the columns of users that are no attribute.
COLUMN_OPTIONS = ("column", "column_A", "column_B", "column_list")
MANAGER_COLUMNS = ("manager_id", "manager_type")

DEFAULT: dict[str, Severity] = {code: cast(Severity, allowed[0]) for code, allowed in SEVERITIES.items()}


class PlausibleDates(Strict):
    """Which dates are believed; the others are `date_implausible`."""

    earliest: date = date(1930, 1, 1)
    """The first day that is believed."""
    days_ahead: int = Field(default=1095, ge=0, le=36_500)
    """How many days after the reading are believed."""


class RowDrift(Strict):
    """`rows_drift`: a table is much larger or smaller than on the nights before."""

    percent: float = Field(default=30, gt=0)
    """It differs by more than this from the median of the nights before."""
    min_population: int = Field(default=50, ge=0)
    """Smaller tables are not compared."""
    nights: int = Field(default=7, ge=1, le=60)
    """How many nights before are compared with."""


class NullDrift(Strict):
    """`attribute_blank`: a mapped field is empty for many more people than on the nights before."""

    points: float = Field(default=40, gt=0, le=100)
    """The share that is empty rose by more than so many percentage points above the median, or to everybody."""
    min_population: int = Field(default=20, ge=0)
    """With fewer people in scope nothing is compared."""
    nights: int = Field(default=7, ge=1, le=60)
    """How many nights before are compared with."""


class OwnExpectation(Strict):
    """An expectation of Great Expectations that the account adds, with its own code and hint."""

    code: str
    """The code of its issues, in lower_snake_case."""
    table: Literal["users", "groups", "memberships", "profile"] = "profile"
    """`users`: directory attributes of the people in scope; `profile`: their mapped fields."""
    expect: str
    """The class, such as `ExpectColumnValuesToMatchRegex` (https://greatexpectations.io/expectations)."""
    options: dict[str, Any] = {}
    """What the class takes, such as `column` and `regex`."""
    severity: Literal["block", "reject", "warn"] = "warn"
    """What a failure is; `reject` needs a `column` of users or profile."""
    message: str
    """What is wrong, for people."""
    hint: str
    """What to do about it."""

    @field_validator("options", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        return numbers(value)

    @field_validator("code")
    @classmethod
    def _code(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", value):
            raise ValueError("allowed: lower_snake_case, such as `title_too_short`")
        if value in CODES:
            raise ValueError("the product has a code of this name already; choose another")
        return value

    @field_validator("expect")
    @classmethod
    def _class(cls, value: str) -> str:
        if not re.fullmatch(r"Expect[A-Za-z]+", value):
            raise ValueError("allowed: a class of Great Expectations, such as ExpectColumnValuesToNotBeNull")
        return value

    @model_validator(mode="after")
    def _rows_can_be_rejected(self) -> OwnExpectation:
        if self.severity == "reject" and (self.table not in ("users", "profile") or "column" not in self.options):
            refuse([(("severity",), "`reject` needs the table users or profile, and a `column` among the options")])
        return self

    @model_validator(mode="after")
    def _attributes(self) -> OwnExpectation:
        for name in self.columns() if self.table == "users" else []:
            if name not in MANAGER_COLUMNS:
                check_path(name)
        return self

    def columns(self) -> list[str]:
        """The columns of the table that are asked about; none when it is the table as a whole."""
        named = [self.options[option] for option in COLUMN_OPTIONS if option in self.options]
        return [str(name) for one in named for name in (one if isinstance(one, list) else [one])]


def _of_a_check(code: str) -> str:
    if code not in SEVERITIES:
        raise ValueError(f"is no code of a check{nearest(code, SEVERITIES)}; see docs/issue_codes.md")
    return code


CheckCode = Annotated[str, AfterValidator(_of_a_check)]


class Checks(Strict):
    """Rules on rows and sets."""

    severity: dict[CheckCode, Severity] = {}
    """Overrides what a failed check is, by its code: block (the run), reject (the row), warn, ignore."""
    required: list[str] = []
    """Mapped fields that must have a value."""
    unique: list[str] = ["employee_id"]
    """Mapped fields that no two people may share."""
    allowed: dict[str, list[str]] = {}
    """The values that a mapped field may have."""
    dates: PlausibleDates = PlausibleDates()
    """Which dates are believed."""
    longest_text: int = Field(default=256, ge=1, le=100_000)
    """Longer texts are `text_too_long`."""
    rows: RowDrift | None = RowDrift()
    """Tables that are much larger or smaller than on the nights before; `null`: off."""
    nulls: NullDrift | None = NullDrift()
    """Mapped fields that went blank since the nights before; `null`: off."""
    expectations: list[OwnExpectation] = []
    """Expectations of Great Expectations that the account adds."""

    @field_validator("severity")
    @classmethod
    def _overridable(cls, value: dict[str, Severity]) -> dict[str, Severity]:
        refuse(
            ((code,), f"found `{severity}`; allowed: {', '.join(f'`{one}`' for one in SEVERITIES[code])}")
            for code, severity in value.items()
            if severity not in SEVERITIES[code]
        )
        return value

    def severity_of(self, code: str) -> Severity:
        """What a failure of a check of the product is for this account."""
        return self.severity.get(code, DEFAULT[code])

    def nights(self) -> int:
        """How many earlier nights are compared with at most."""
        return max((drift.nights for drift in (self.rows, self.nulls) if drift), default=0)

    @model_validator(mode="after")
    def _codes_differ(self) -> Checks:
        codes = [one.code for one in self.expectations]
        refuse(
            (("expectations", place, "code"), f"`{code}` is the code of another expectation too; each needs its own")
            for place, code in enumerate(codes)
            if code in codes[:place]
        )
        return self
