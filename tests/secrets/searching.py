"""Finds planted values in whatever a run leaves behind: as they are, encoded, compressed, or inside Parquet.

A planted text is an unmistakable piece that stands in every value of its kind: who leaks half a name is found as well.
Looked for as UTF-8 in any case, UTF-16, hexadecimal and base64 (at each of the three offsets, in three spellings);
letters and digits stay themselves when they are URL-encoded or escaped for JSON or HTML.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

DEEPEST = 4


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What is looked for. ``kind``: ``secret`` or ``person``. ``text`` has at least seven ASCII letters or digits."""

    name: str
    kind: str
    text: str
    any_case: bool = False

    def spellings(self) -> set[str]:
        """How the text may be written."""
        text = self.text
        return {text.lower(), text.upper(), text.capitalize()} if self.any_case else {text}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A secret that nobody planted: known by its form."""

    name: str
    pattern: re.Pattern[bytes]
    kind: str = "secret"


# Airflow signs such tokens for its own parts and for people, Entra for applications; and any private key.
SHAPES = (
    Shape(name="a signed token", pattern=re.compile(rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{20,}")),
    Shape(name="a private key", pattern=re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
)


class Search:
    """Looks for all planted values at once."""

    def __init__(self, planted: Sequence[Planted], shapes: Sequence[Shape] = SHAPES) -> None:
        self.planted = tuple(planted)
        self.shapes = tuple(shapes)

    @cached_property
    def _needles(self) -> list[tuple[Planted, bytes, bool]]:
        """Planted, bytes, and whether they are looked for in lower case."""
        found: dict[tuple[Planted, bytes, bool], None] = {}
        for planted in self.planted:
            for text in planted.spellings():
                plain = text.encode()
                lower = text.lower() if planted.any_case else text
                found[planted, lower.encode(), planted.any_case] = None
                # Without its last byte, little endian is found in big endian too.
                found[planted, lower.encode("utf-16-le")[:-1], planted.any_case] = None
                found[planted, plain.hex().encode(), True] = None
                for needle in in_base64(plain):
                    found[planted, needle, False] = None
        return list(found)

    def plain(self, data: bytes) -> set[str]:
        """The names of what stands in the bytes as it is: for data files, which are large."""
        folded = data.lower()
        return {
            planted.name
            for planted in self.planted
            if (planted.text.lower().encode() in folded if planted.any_case else planted.text.encode() in data)
        }

    def within(self, data: bytes) -> set[str]:
        """The names of what stands in the bytes in any form, compressed or not."""
        found: set[str] = set()
        for part in unpacked(data):
            folded = part.lower()
            found |= {planted.name for planted, needle, fold in self._needles if needle in (folded if fold else part)}
            found |= {shape.name for shape in self.shapes if shape.pattern.search(part)}
        return found

    def value(self, value: Any) -> set[str]:
        """The same of a value out of a database: bytes, text, or anything that can be written as text."""
        if value is None or isinstance(value, bool | int | float):
            return set()
        return self.within(bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode())

    def columns(self, parquet: bytes) -> dict[str, set[str]]:
        """Column of a Parquet file -> what stands in it; ``""`` is the file's own description."""
        file = pq.ParquetFile(io.BytesIO(parquet))
        table = file.read()
        found = {name: self.within(as_text(table[name])) for name in table.column_names}
        return found | {"": self.within(repr(file.metadata.metadata).encode())}

    def kind(self, name: str) -> str:
        """``secret`` or ``person``."""
        return next(one.kind for one in (*self.planted, *self.shapes) if one.name == name)


def in_base64(plain: bytes) -> set[bytes]:
    """How the bytes look inside of base64, whatever stands before and behind them; both alphabets."""
    found = set()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + plain)
        # A letter is six bits: those that a neighbour has a part in are left away.
        coded = coded[-(-8 * before // 6) : 8 * (before + len(plain)) // 6]
        found |= {coded, coded.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def as_text(column: pa.ChunkedArray) -> bytes:
    """Every value of a column, nested ones too."""
    return "\n".join(str(value) for value in column.to_pylist() if value is not None).encode("utf-8", "replace")


def unpacked(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """The bytes, and what is packed in them."""
    yield data
    if depth < DEEPEST:
        for inner in _opened(data):
            yield from unpacked(inner, depth + 1)


def _opened(data: bytes) -> Iterator[bytes]:
    if data[:4] == b"PAR1":
        file = pq.ParquetFile(io.BytesIO(data))
        yield repr(file.metadata.metadata).encode()
        for batch in file.iter_batches():
            yield from (as_text(pa.chunked_array([column])) for column in batch.columns)
    elif data[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    for magic, open_ in PACKED.items():
        if data.startswith(magic):
            yield open_(data)


PACKED: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": gzip.decompress,
    b"BZh": bz2.decompress,
    b"\x78\x9c": zlib.decompress,
    b"\xfd7zXZ\0": lzma.decompress,
    b"\x28\xb5\x2f\xfd": lambda data: pa.input_stream(pa.BufferReader(data), compression="zstd").read(),
}
