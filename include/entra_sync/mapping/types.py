"""Text read as a date, a number, a yes or no, a phone number: the ``type`` of a mapping.

Each gives the values and where there was text that is not of the type; those values are null, and nothing is guessed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa

from entra_sync.mapping.rows import Column, pc

YES, NO = ["true", "yes", "1"], ["false", "no", "0"]

INTEGER = r"^\s*[+-]?[0-9]+\s*$"
LARGEST, SMALLEST = str(2**63 - 1), str(2**63)

# At the end, as in "+44 20 7946 0000 ext. 12".
EXTENSION = r"(?i)[\s,;]*(?:extension|extn|ext|x|#)[\s.:]*(?P<number>[0-9]{1,8})\s*$"
# The zero of national calls, which people write behind the code of the country: "+44 (0)20".
TRUNK_ZERO = r"^(\s*\+[0-9]{1,3}[\s\p{Z}\p{Pd}./]*)\(0\)"
# What people put between digits, invisible marks of direction included.
BETWEEN = r"[\s\p{Z}\p{Cf}\p{Pd}()\[\]./\x{00B7}\x{2212}]"
PHONE = r"^\+?[0-9]{5,15}$"

Typed = tuple[Column, Column]


def typed(text: Column, kind: str) -> Typed:
    """Values of the kind (date32, int64, bool, else string), and where a text is not of it."""
    if kind == "date":
        return _dates(text)
    if kind == "int":
        return _integers(text)
    if kind == "bool":
        return _truths(text)
    values = {"email": pc.utf8_lower, "phone": _phones}.get(kind, _same)(text)
    return values, pa.repeat(pa.scalar(False), len(text))


def _same(text: Column) -> Column:
    return text


def _dates(text: Column) -> Typed:
    """The day in UTC. Directories write 0001-01-01 for "not set": that is null, not an error."""
    coded = pc.dictionary_encode(text)
    parsed = [_parse_date(value) for value in coded.dictionary.to_pylist()]
    days = pa.array([None if value is False else value for value in parsed], pa.date32())
    wrong = pa.array([value is False for value in parsed], pa.bool_())
    return days.take(coded.indices), pc.fill_null(wrong.take(coded.indices), False)


def _parse_date(text: str) -> date | bool | None:
    """A day, None for "not set", False for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.year == 1:
            return None
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return False


def _integers(text: Column) -> Typed:
    """An optional sign and digits, within a bigint of PostgreSQL; zeros in front count for nothing."""
    looks = pc.match_substring_regex(text, INTEGER)
    found = pc.if_else(looks, pc.utf8_trim_whitespace(text), pa.scalar(None, pa.string()))
    digits = pc.replace_substring_regex(found, r"^[+-]?0*([0-9])", r"\1")
    negative = pc.starts_with(found, "-")
    length = pc.utf8_length(digits)
    limit = pc.if_else(negative, SMALLEST, LARGEST)
    fits = pc.or_(pc.less(length, 19), pc.and_(pc.equal(length, 19), pc.less_equal(digits, limit)))
    signed = pc.binary_join_element_wise(pc.if_else(negative, "-", ""), digits, "")
    values = pc.if_else(fits, signed, pa.scalar(None, pa.string())).cast(pa.int64())
    return values, pc.and_(pc.is_valid(text), pc.is_null(values))


def _truths(text: Column) -> Typed:
    """True, yes, 1 and false, no, 0 in any case."""
    said = pc.utf8_lower(pc.utf8_trim_whitespace(text))
    yes = pc.is_in(said, value_set=pa.array(YES))
    known = pc.or_(yes, pc.is_in(said, value_set=pa.array(NO)))
    return pc.if_else(known, yes, pa.scalar(None, pa.bool_())), pc.and_(pc.is_valid(text), pc.invert(known))


def _phones(text: Column) -> Column:
    """``+`` and digits, an extension as `` x123``; what is no phone number stays as it is."""
    extension = pc.struct_field(pc.extract_regex(text, EXTENSION), "number")
    # Most columns have neither: looking costs less than replacing.
    bare = text if extension.null_count == len(text) else pc.replace_substring_regex(text, EXTENSION, "")
    if pc.any(pc.match_substring(bare, "(0)")).as_py():
        bare = pc.replace_substring_regex(bare, TRUNK_ZERO, r"\1")
    digits = pc.replace_substring_regex(bare, BETWEEN, "")
    number = pc.coalesce(pc.binary_join_element_wise(digits, extension, " x"), digits)
    return pc.if_else(pc.match_substring_regex(digits, PHONE), number, text)
