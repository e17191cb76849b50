"""Who is a PeopleGoal user: the section ``scope`` of an account file."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from entra_sync.config.attributes import AttributePath
from entra_sync.config.base import Strict

OPERATORS = ("equals", "in", "starts_with", "ends_with", "matches", "is_null")


class GroupFilter(Strict):
    """Groups by name pattern (`*`, `?`, any case) or object id. Members of nested groups count."""

    include: list[str] = []
    """Only members of these groups are in scope. Empty: everybody."""
    exclude: list[str] = []
    """Members of these groups are out of scope, also when `include` names them."""


class AttributeFilter(Strict):
    """One condition on a directory attribute, in any case. Exactly one operator."""

    attribute: AttributePath
    """The attribute that is asked about."""
    equals: str | None = None
    """Has this value. `""` holds for an attribute that is not set."""
    in_: Annotated[list[str] | None, Field(alias="in")] = None
    """Has one of these values."""
    starts_with: str | None = None
    """Begins with this text."""
    ends_with: str | None = None
    """Ends with this text."""
    matches: str | None = None
    """The whole value fits this regular expression of Python's."""
    is_null: bool | None = None
    """`true`: is not set or blank; no other operator holds for such a one, but `equals: ""`. `false`: has a value."""
    not_: Annotated[bool, Field(alias="not")] = False
    """Turns the condition round."""

    @field_validator("matches")
    @classmethod
    def _regular_expression(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except (re.error, RecursionError, OverflowError) as error:
                raise ValueError(f"expected a regular expression; this one cannot be read: {error}") from None
        return value

    @model_validator(mode="after")
    def _one_operator(self) -> AttributeFilter:
        given = (self.equals, self.in_, self.starts_with, self.ends_with, self.matches, self.is_null)
        if sum(operand is not None for operand in given) != 1:
            raise ValueError(f"give exactly one of {', '.join(f'`{name}`' for name in OPERATORS)}")
        return self

    def words(self) -> str:
        """The condition as it is written in the file, on one line."""
        operands = self.model_dump(by_alias=True, exclude_none=True, exclude={"attribute", "not_"})
        name, operand = next(iter(operands.items()))
        return f"{'not ' if self.not_ else ''}{self.attribute} {name} {operand}"


def _conditions(item: Any) -> Any:
    """One condition alone means a list of one."""
    return [item] if isinstance(item, dict | AttributeFilter) else item


Conditions = Annotated[
    list[AttributeFilter],
    BeforeValidator(_conditions, json_schema_input_type=AttributeFilter | list[AttributeFilter]),
]


class Scope(Strict):
    """Who is a PeopleGoal user; everybody else is out of scope."""

    user_types: list[Literal["Member", "Guest"]] = ["Member"]
    """Guests are users only when named."""
    require_email: bool = True
    """People without an e-mail address are out of scope."""
    groups: GroupFilter = GroupFilter()
    """Groups whose members are in or out of scope."""
    filter: list[Conditions] = []
    """Each item is one condition or a list of conditions. All conditions of an item must hold (AND); one item is
    enough (OR). Empty: everybody."""
