"""Forms of texts: addresses and phone numbers. Plausible, not exact: what is refused here cannot be one."""

from __future__ import annotations

from entra_sync.mapping.rows import Column, pc

# Not RFC 5322: one @, a domain with a dot, no white space, no invisible or control characters.
ADDRESS = r'^[^@\s\p{C}\p{Z}<>,;"]+@([^@\s\p{C}\p{Z}<>,;".]+\.)+[^@\s\p{C}\p{Z}<>,;".]+$'
LONGEST_ADDRESS = 254

# An extension at the end, as in "+44 20 7946 0000 ext. 12"; then what people put between digits, invisible marks of
# direction included; then digits of any script.
EXTENSION = r"(?i)[\s,;]*(extension|extn|ext|x|#)[\s.:]*\p{Nd}{1,8}$"
SEPARATORS = r"[\s\p{Z}\p{Cf}\p{Pd}()\[\]./\x{00B7}\x{2212}]"
NUMBER = r"^\+?\p{Nd}{5,15}$"


def is_address(texts: Column) -> Column:
    """Whether each text has the form of an e-mail address; null where there is none."""
    return pc.and_(pc.match_substring_regex(texts, ADDRESS), pc.less_equal(pc.utf8_length(texts), LONGEST_ADDRESS))


def is_phone(texts: Column) -> Column:
    """Whether each text has the form of a phone number, with or without an extension; null where there is none."""
    bare = pc.replace_substring_regex(texts, EXTENSION, "")
    return pc.match_substring_regex(pc.replace_substring_regex(bare, SEPARATORS, ""), NUMBER)
