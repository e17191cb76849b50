"""The keys that an account file may have, found by walking the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from entra_sync.config.base import Loc, Strict


def keys_of(model: type[Strict]) -> dict[str, Any]:
    """The keys of one section as they are written, each with its type."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def section(model: type[Strict], loc: Loc) -> type[Strict] | None:
    """The section that lies at ``loc`` below ``model``; None where there are only values."""
    inside: type[Strict] | None = model
    named = False
    for part in loc:
        if isinstance(part, int):
            continue
        if named:
            named = False
            continue
        annotation = keys_of(inside).get(part) if inside else None
        inside, named = section_of(annotation), has_names(annotation)
    return inside


def section_of(annotation: Any) -> type[Strict] | None:
    """The section in a type such as ``list[Section]`` or ``Section | None``."""
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    return next((found for one in get_args(annotation) if (found := section_of(one))), None)


def has_names(annotation: Any) -> bool:
    """Whether the keys below are names that the account chooses, such as the fields of the mapping."""
    return get_origin(annotation) is dict or any(get_origin(one) is dict for one in get_args(annotation))


def walk(model: type[Strict], before: str = "") -> Iterator[tuple[str, str, type[Strict]]]:
    """Every key below ``model``: the dotted way to its section, the key, the section's model.

    ``[]`` stands for the place in a list, ``<name>`` for a name that the account chooses.
    """
    for key, annotation in keys_of(model).items():
        yield before, key, model
        inner = section_of(annotation)
        if inner:
            inside = ".<name>" if has_names(annotation) else "[]" if get_origin(annotation) is list else ""
            yield from walk(inner, f"{before}.{key}{inside}".lstrip("."))
