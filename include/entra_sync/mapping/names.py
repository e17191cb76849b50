"""Title case for names: ``title: true`` of a mapping.

Chosen so that it mends names typed in one case and spoils none: a word that has capitals and small letters already
(``McDonald``, ``iPhone``) stays as it is. In the others the first letter becomes a capital, also behind a hyphen and
behind an apostrophe that follows a first single letter (``O'Neil``, ``D'Angelo``), but not behind other apostrophes
(``Smith's``). Particles (``van der``, ``de la``) are small between other words: at the ends they may be a name of
their own (``Minh Le``). ``II``, ``III`` and ``IV`` are capitals.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from entra_sync.mapping.rows import Column, pc

_PARTICLES = """
    af al and av bin bint da das de degli dei del della delle den der des di do dos du el et for ibn la las le les lo
    los of op te ten ter the und van vom von zu zum zur
"""
PARTICLES = frozenset(_PARTICLES.split())
NUMBERS = frozenset({"ii", "iii", "iv"})
APOSTROPHES = "'\u2019\u02bc"
# A piece between hyphens: up to its first letter, one letter and an apostrophe before that one included.
PIECE = re.compile(rf"\W*(?:[^\W\d_][{APOSTROPHES}](?=[^\W\d_]{{2}}))?[^\W\d_]?")


def title(texts: Column) -> Column:
    """Every word of every text in title case. Words repeat: each is worked out once."""
    words = pc.split_pattern(texts, " ")
    coded = pc.dictionary_encode(words.flatten())
    known = coded.dictionary.to_pylist()
    at_end = pa.array([titled(word, is_inner=False) for word in known], pa.string())
    inner = pa.array([titled(word, is_inner=True) for word in known], pa.string())
    made = pc.if_else(_is_inner(words), inner.take(coded.indices), at_end.take(coded.indices))
    lists = pa.ListArray.from_arrays(_offsets(words), made)
    return pc.if_else(pc.is_null(texts), pa.scalar(None, pa.string()), pc.binary_join(lists, " "))


def titled(word: str, *, is_inner: bool) -> str:
    """One word; ``is_inner``: between others of its text."""
    if word != word.lower() and word != word.upper():
        return word
    small = word.lower()
    if small in NUMBERS:
        return small.upper()
    if is_inner and small in PARTICLES:
        return small
    return "-".join(_capital(piece) for piece in small.split("-"))


def _capital(piece: str) -> str:
    """Python's ``title`` of a letter, not ``upper``: the digraph dz has a capital of its own for this."""
    return PIECE.sub(lambda match: match[0].title(), piece, count=1)


def _offsets(words: Column) -> Column:
    """Where each list begins in the flattened values; a null list is empty there."""
    lengths = pc.fill_null(pc.list_value_length(words), 0)
    return pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())])


def _is_inner(words: Column) -> Column:
    """For every flattened value: whether it is neither the first nor the last of its list."""
    offsets, parents = _offsets(words), pc.list_parent_indices(words)
    places = pa.array(np.arange(len(parents), dtype=np.int32))
    after_first = pc.greater(places, offsets.take(parents))
    return pc.and_(after_first, pc.less(pc.add(places, 1), offsets.take(pc.add(parents, 1))))
