"""One field of a few people, as an account file maps it."""

from __future__ import annotations

from typing import Any

from entra_sync.mapping.values import Values, field_values
from tests.transform.tenant import account, person, tables


def values_of(rows: list[dict[str, Any]], field: Any, name: str = "custom.x") -> Values:
    """The field of people with these attributes, in their order."""
    config = account(mapping={name: field})
    users = tables([person(n, **row) for n, row in enumerate(rows)], config=config).users
    return field_values(users, name, config.mapping[name])


def made(field: Any, name: str = "custom.x", **attributes: Any) -> Any:
    """The value for one person."""
    return values_of([attributes], field, name).values[0].as_py()


def of_text(text: str | None, **options: Any) -> Any:
    """The value for somebody whose attribute is this text."""
    return made({"from": "jobTitle", **options}, jobTitle=text)


def readable(texts: list[str | None], **options: Any) -> list[Any]:
    """The values of these texts; where one is not of the type, ``"unreadable"``."""
    found = values_of([{"jobTitle": text} for text in texts], {"from": "jobTitle", **options})
    pairs = zip(found.values.to_pylist(), found.unreadable.to_pylist(), strict=True)
    assert all(value is None for value, wrong in pairs if wrong)
    pairs = zip(found.values.to_pylist(), found.unreadable.to_pylist(), strict=True)
    return ["unreadable" if wrong else value for value, wrong in pairs]
