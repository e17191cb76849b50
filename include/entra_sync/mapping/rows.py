"""Which rows of a snapshot count as users, and the few Arrow names that every step shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute

GUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

SAMPLE = 10_000

# The stubs lack utf8_normalize and refuse a plain Python value as an operand.
pc: Any = pyarrow.compute

Column = Any  # pa.Array; the stubs' element types say less than they cost


def usable(users: pa.Table) -> pa.Table:
    """The rows whose id is a GUID, one per id, sorted by id: the order that every later step relies on."""
    good = pc.fill_null(pc.match_substring_regex(users["id"], GUID), False)
    if pc.all(good, min_count=0).as_py() and _ascending(users["id"].combine_chunks()):
        return users.combine_chunks()
    ordered = users.filter(good).sort_by("id").combine_chunks()
    if ordered.num_rows < 2:
        return ordered
    ids = ordered["id"].combine_chunks()
    first = pa.concat_arrays([pa.array([True]), pc.not_equal(ids[1:], ids[:-1])])
    return ordered.filter(first).combine_chunks()


def each_distinct(function: Callable[[Column], Column], values: Column) -> Column:
    """``function``, which makes one value of one, of a whole column; where values repeat, of each once.

    The first rows tell whether they do. To encode a million different texts takes longer than to clean them.
    """
    if len(values) > 2 * SAMPLE and pc.count_distinct(values[:SAMPLE]).as_py() < SAMPLE // 4:
        coded = pc.dictionary_encode(values)
        return function(coded.dictionary).take(coded.indices)
    return function(values)


def _ascending(ids: Column) -> bool:
    return bool(pc.all(pc.greater(ids[1:], ids[:-1]), min_count=0).as_py())
