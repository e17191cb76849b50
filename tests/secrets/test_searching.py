"""The search can fail: whatever way a planted value is written, it is found, and what is not there is not."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.secrets.searching import Planted, Search, in_base64

NAME = 'Zoë "Zed" Quixvor-O\'Brien <=1+2>'
KEY = "vZ0k_Qm3-sVtq81Lw9bY"
SEARCH = Search(
    [
        Planted(name="person", kind="person", text="quixvor", any_case=True),
        Planted(name="key", kind="secret", text=KEY),
    ]
)


def zipped(data: bytes) -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner", data)
    return file.getvalue()


def parquet(value: object, **metadata: str) -> bytes:
    table = pa.table({"id": [1, 2], "value": [None, value]}).replace_schema_metadata(metadata or None)
    pq.write_table(table, file := io.BytesIO(), compression="zstd")
    return file.getvalue()


FORMS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "lower case, for a name": lambda text: (text if text == KEY else text.lower()).encode(),
    "upper case, for a name": lambda text: (text if text == KEY else text.upper()).encode(),
    "Latin-1": lambda text: text.encode("latin-1"),
    "UTF-16, little endian": lambda text: text.encode("utf-16-le"),
    "UTF-16, big endian": lambda text: text.encode("utf-16-be"),
    "JSON": lambda text: json.dumps(text).encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"said": text})).encode(),
    "in a URL": lambda text: quote(text, safe="").encode(),
    "in a form": lambda text: quote_plus(text).encode(),
    "HTML": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace"),
    "a Python literal": lambda text: ascii(text).encode(),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "hexadecimal in capitals": lambda text: text.encode().hex().upper().encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()),
    "base64 behind one byte": lambda text: base64.b64encode(b":" + text.encode()),
    "base64 behind two bytes": lambda text: base64.b64encode(b"u:" + text.encode() + b"@host"),
    "base64 of lower case": lambda text: base64.b64encode((text if text == KEY else text.lower()).encode()),
    "gzip": lambda text: gzip.compress(text.encode()),
    "zlib": lambda text: zlib.compress(text.encode()),
    "bzip2": lambda text: bz2.compress(text.encode()),
    "xz": lambda text: lzma.compress(text.encode()),
    "zstd": lambda text: pa.Codec("zstd").compress(text.encode(), asbytes=True),
    "zip": lambda text: zipped(text.encode()),
    "gzip of base64": lambda text: gzip.compress(base64.b64encode(text.encode())),
    "a column of Parquet": parquet,
    "a nested column of Parquet": lambda text: parquet([{"deep": text}]),
    "the description of a Parquet file": lambda text: parquet("nothing", said=text),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("name", "text"), [("person", NAME), ("key", KEY)])
def test_a_value_is_found_in_every_form(form: str, name: str, text: str) -> None:
    coded = FORMS[form](text)

    assert SEARCH.within(coded) == {name}
    if not coded.startswith((b"PAR1", b"PK", b"\x1f\x8b", b"BZh", b"\x78\x9c", b"\xfd7z", b"\x28\xb5")):
        assert SEARCH.within(b"before " * 9 + coded + b" behind" * 9) == {name}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_there_is_not_found(form: str) -> None:
    assert SEARCH.within(FORMS[form]("Ann Jones, vZ0k_Qm3-sVtq81Lw-no")) == set()


def test_a_part_of_a_value_is_found() -> None:
    assert SEARCH.within(f"user {NAME[10:20]}...".encode()) == {"person"}


def test_the_column_of_a_parquet_file_is_named() -> None:
    found = SEARCH.columns(parquet(NAME))

    assert found == {"": set(), "id": set(), "value": {"person"}}


def test_values_of_a_database_are_searched() -> None:
    assert SEARCH.value({"said": [NAME]}) == {"person"}
    assert SEARCH.value(memoryview(gzip.compress(KEY.encode()))) == {"key"}
    assert SEARCH.value(None) == SEARCH.value(7) == set()


def test_tokens_and_private_keys_are_known_by_their_form() -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIn0.c2lnbmF0dXJlIG9mIHRoZSB0b2tlbg"

    assert SEARCH.within(f"Authorization: Bearer {token}".encode()) == {"a signed token"}
    assert SEARCH.within(b"-----BEGIN RSA PRIVATE KEY-----\nMII") == {"a private key"}


def test_plain_text_is_found_in_large_data() -> None:
    assert SEARCH.plain(b"\0\1" * 99 + NAME.encode() + KEY.encode()) == {"person", "key"}
    assert SEARCH.plain(KEY.lower().encode()) == set()


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("behind", range(5))
def test_base64_has_the_needle_whatever_stands_around_it(before: int, behind: int) -> None:
    coded = base64.b64encode(b"x" * before + KEY.encode() + b"y" * behind)

    assert any(needle in coded for needle in in_base64(KEY.encode()))
    assert min(len(needle) for needle in in_base64(KEY.encode())) > len(KEY)


def test_a_needle_is_long_enough_to_be_no_accident() -> None:
    assert min(len(needle) for _, needle, _ in SEARCH._needles) >= 7
