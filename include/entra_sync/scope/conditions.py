"""Which users meet the account's conditions: user type, state of the account, attribute filters.

A snapshot's users in, one truth per row out. A filter is asked once per distinct value of its attribute: a department
of ten thousand people costs as much as one of three.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from entra_sync.config.scope import AttributeFilter
from entra_sync.mapping.paths import read
from entra_sync.mapping.rows import Column, pc
from entra_sync.mapping.text import clean

Mask = npt.NDArray[np.bool_]
Items = Sequence[AttributeFilter | list[AttributeFilter]]


def of_type(people: pa.Table, allowed: Sequence[str]) -> Mask:
    """Who is of an allowed user type, any case. An absent one counts as Member, as on old directory objects."""
    kind = pc.utf8_lower(pc.fill_null(clean(read(people, "userType")), "member"))
    return mask(pc.is_in(kind, value_set=pa.array([name.lower() for name in allowed], pa.string())))


def disabled(people: pa.Table) -> Mask:
    """Whose account is disabled. An absent state counts as enabled: it is no evidence that somebody left."""
    return mask(pc.equal(people["accountEnabled"].combine_chunks(), False))


def filtered(people: pa.Table, items: Items) -> Mask:
    """One item is enough, in an item all conditions must hold; no item at all lets everybody in."""
    if not items:
        return np.ones(people.num_rows, dtype=bool)
    found = np.zeros(people.num_rows, dtype=bool)
    for item in items:
        met = np.ones(people.num_rows, dtype=bool)
        for condition in conditions_of(item):
            met &= holds(people, condition)
        found |= met
    return found


def conditions_of(item: AttributeFilter | list[AttributeFilter]) -> list[AttributeFilter]:
    """The conditions of one item of ``scope.filter``."""
    return item if isinstance(item, list) else [item]


def holds(people: pa.Table, condition: AttributeFilter) -> Mask:
    """Where one condition holds.

    Raises SnapshotError when the snapshot has no such attribute, ConfigurationError when the path leads nowhere.
    """
    is_met = predicate(condition)
    values = pc.dictionary_encode(read(people, condition.attribute))
    distinct = pc.fill_null(clean(values.dictionary), "").to_pylist()
    answers = pa.array([is_met(text) for text in distinct], pa.bool_()).take(values.indices)
    return mask(pc.fill_null(answers, is_met("")))


def predicate(condition: AttributeFilter) -> Callable[[str], bool]:
    """The condition as a function of a cleaned text; an empty one stands for an attribute that is not set."""
    test = _operator(condition)
    return lambda text: test(text) is not condition.not_


def _operator(condition: AttributeFilter) -> Callable[[str], bool]:
    if condition.is_null is not None:
        return lambda text: (not text) is condition.is_null
    if condition.starts_with is not None:
        start = _fold(condition.starts_with)
        return lambda text: bool(text) and _fold(text).startswith(start)
    if condition.ends_with is not None:
        end = _fold(condition.ends_with)
        return lambda text: bool(text) and _fold(text).endswith(end)
    if condition.matches is not None:
        pattern = re.compile(condition.matches, re.IGNORECASE)
        return lambda text: bool(text) and pattern.fullmatch(text) is not None
    values = condition.in_ if condition.in_ is not None else [condition.equals or ""]
    wanted = {_fold(value).strip() for value in values}
    return lambda text: _fold(text) in wanted


def mask(values: Column) -> Mask:
    """An Arrow array of truths for numpy; null is false."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=bool)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
