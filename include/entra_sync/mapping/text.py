"""Text as PeopleGoal keeps it: no control characters, Unicode NFC, trimmed; blank is null.

PostgreSQL takes no NUL, and people cannot see the others. Formatting characters (joiners, marks of direction) stay:
emoji and names in right-to-left scripts are wrong without them.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa

from entra_sync.mapping.rows import Column, each_distinct, pc

# Tab, line and page breaks, and the separators of lines and paragraphs: a blank stands for them.
BREAKS = r"\r\n|[\t\n\x0B\x0C\r\x{85}\x{2028}\x{2029}]"
# The other control characters of C0 and C1: nothing stands for them.
REMOVED = r"[\x00-\x08\x0E-\x1F\x7F-\x{84}\x{86}-\x{9F}]"
# U+FFFD stands for a character that was damaged on its way.
UNCLEAN = rf"{REMOVED}|\x{{FFFD}}"


def clean(values: Column, *, strip: bool = True) -> Column:
    """Text without control characters, in NFC, trimmed unless ``strip`` is off; blank is null either way."""
    return each_distinct(partial(_clean, strip=strip), values)


def _clean(values: Column, *, strip: bool) -> Column:
    text = values if _printable_ascii(values) else pc.utf8_normalize(_without_control(values), "NFC")
    trimmed = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed if strip else text)


def cleaned(text: str | None, *, strip: bool = True) -> str | None:
    """``clean`` of one text, such as a constant of the account file."""
    result: str | None = clean(pa.array([text], pa.string()), strip=strip)[0].as_py()
    return result


def unclean_text(values: Column) -> Column:
    """Where a text has characters that ``clean`` removes for good, or U+FFFD."""
    return pc.fill_null(each_distinct(_is_unclean, values), False)


def _is_unclean(values: Column) -> Column:
    if _printable_ascii(values):
        return pa.repeat(pa.scalar(False), len(values))
    return pc.match_substring_regex(values, UNCLEAN)


def _without_control(values: Column) -> Column:
    """Most tables have none: looking costs less than replacing."""
    for pattern, instead in ((BREAKS, " "), (REMOVED, "")):
        if pc.any(pc.match_substring_regex(values, pattern)).as_py():
            values = pc.replace_substring_regex(values, pattern, instead)
    return values


def _printable_ascii(values: Column) -> bool:
    """Whether nothing is there to be normalised or removed; a look at the bytes of the whole column."""
    content = values.buffers()[2]
    if content is None:
        return True
    signs = np.frombuffer(content, np.uint8)
    return not bool((signs < 0x20).any() or (signs > 0x7E).any())
