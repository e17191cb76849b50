"""Mail addresses out of people's names."""

from __future__ import annotations

import re
import unicodedata

# What does not fall apart into an ASCII letter and an accent.
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "ı": "i", "þ": "th"}
    | {
        "李": "li",
        "王": "wang",
        "陈": "chen",
        "伟": "wei",
        "芳": "fang",
        "田": "ta",
        "中": "naka",
        "さ": "sa",
        "く": "ku",
        "ら": "ra",
    }
)


def local_part(text: str) -> str:
    """The part before the @: lower-case ASCII letters and digits, words joined by dots; may be empty."""
    plain = unicodedata.normalize("NFKD", text.translate(LETTERS)).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    return ".".join(words)[:56].strip(".")
