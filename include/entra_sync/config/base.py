"""The base of every section of an account file, and the way a section reports what does not fit together."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Loc = tuple[int | str, ...]


class Strict(BaseModel):
    """Frozen, and unknown keys refused. What stands under an attribute is its description for people who edit files."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


def refuse(problems: Iterable[tuple[Loc, str]]) -> None:
    """Report all problems of a section at once, each at its own key. Raises pydantic's ValidationError, if any."""
    errors = [
        InitErrorDetails(type=PydanticCustomError("not_allowed", "{words}", {"words": words}), loc=loc, input=None)
        for loc, words in problems
    ]
    if errors:
        raise ValidationError.from_exception_data("account file", errors)
