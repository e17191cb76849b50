"""How one PeopleGoal field is made of directory attributes: the lines under ``mapping`` of an account file."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from entra_sync.config.attributes import AttributePath, check_path, nearest
from entra_sync.config.base import Strict
from entra_sync.config.fields import PROFILE_COLUMNS

PARTS = re.compile(r"\{([^{}]+)\}")
CUSTOM = re.compile(r"custom\.[A-Za-z0-9_]+")
FIELDS = ("email", *PROFILE_COLUMNS)


class FieldMapping(Strict):
    """One field: an attribute, `null` (PeopleGoal's own, never written), or exactly one source with options.

    In this order: source, `switch`, `lower` or `title`, `type`; where that gives nothing, the attribute `default`.
    """

    from_: Annotated[AttributePath | None, Field(alias="from")] = None
    """Source: one attribute."""
    template: str | None = None
    """Source: a text with attributes in braces, such as `{givenName} {surname}`."""
    first_of: Annotated[list[AttributePath] | None, Field(min_length=1)] = None
    """Source: the first of these attributes that has a value."""
    value: str | None = None
    """Source: this text for everybody."""
    default: AttributePath | None = None
    """The attribute that is taken where all else gives nothing."""
    switch: dict[str, str | None] | None = None
    """What becomes of each value, in any case; the key `""` stands for not set, the value `null` clears."""
    otherwise: str | None = None
    """What becomes of values that `switch` does not have; `null` clears them. Left out: they stay as they are."""
    strip: bool = True
    """Blanks at both ends are cut off."""
    lower: bool = False
    """In lower case."""
    title: bool = False
    """In title case, as names are written."""
    type: Literal["text", "date", "bool", "int", "email", "phone"] = "text"
    """What the value must be; a person with a value that is not is named in the run's issues."""
    only_on_create: bool = False
    """Written with a new profile only; PeopleGoal's own afterwards."""
    clear: bool = True
    """`false`: an empty value in Entra does not erase the one in PeopleGoal."""

    @field_validator("template")
    @classmethod
    def _template(cls, value: str | None) -> str | None:
        if value is not None:
            if "{" in PARTS.sub("", value) or "}" in PARTS.sub("", value):
                raise ValueError('allowed: attributes in braces, such as "{givenName} {surname}"')
            for path in PARTS.findall(value):
                check_path(path)
        return value

    @field_validator("switch")
    @classmethod
    def _switch(cls, value: dict[str, str | None] | None) -> dict[str, str | None] | None:
        folded = [key.strip().casefold() for key in value or {}]
        twice = sorted({key for key in folded if folded.count(key) > 1})
        if twice:
            raise ValueError(f"`{twice[0]}` stands twice: case and blanks at the ends make no difference")
        return value

    @model_validator(mode="after")
    def _fits(self) -> FieldMapping:
        given = [self.from_, self.template, self.first_of, self.value]
        if sum(source is not None for source in given) != 1:
            raise ValueError(
                "give exactly one of `from` (an attribute), `template`, `first_of` (a list of attributes) and `value`"
            )
        if self.lower and self.title:
            raise ValueError("give `lower` or `title`, not both")
        if self.has_otherwise and self.switch is None:
            raise ValueError("`otherwise` is for values that `switch` does not have: give `switch` as well")
        return self

    @property
    def has_otherwise(self) -> bool:
        """Whether values that ``switch`` does not have are replaced; ``otherwise: null`` clears them."""
        return "otherwise" in self.model_fields_set

    def attributes(self) -> list[str]:
        """Directory attributes (paths) that this field reads, in order."""
        names = [self.from_] if self.from_ is not None else list(self.first_of or PARTS.findall(self.template or ""))
        return [*names, self.default] if self.default else names


def is_field(name: str) -> bool:
    """Whether PeopleGoal has such a field, or can have it as a custom one."""
    return name in FIELDS or CUSTOM.fullmatch(name) is not None


def _field_name(name: str) -> str:
    if not is_field(name):
        allowed = f"{', '.join(FIELDS)}, custom.<name> (letters, digits, `_`)"
        raise ValueError(f"unknown field{nearest(name, FIELDS)}; allowed: {allowed}")
    return name


def _line(value: Any) -> Any:
    """A text alone names the attribute. Of the fields only the address has to be there: other nulls are gone."""
    if value is None:
        raise ValueError("cannot be switched off: PeopleGoal invites people by their address")
    return {"from": value} if isinstance(value, str) else value


FieldName = Annotated[str, AfterValidator(_field_name)]
Line = Annotated[FieldMapping, BeforeValidator(_line)]
