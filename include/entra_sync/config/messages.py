"""Errors of an account file in words that a person can act on: file, key, line, found, allowed, what was meant.

pydantic's errors in, one line of text per problem out, in the order of the file.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from entra_sync.config.attributes import nearest
from entra_sync.config.base import Loc, Strict
from entra_sync.config.keys import keys_of, section, walk
from entra_sync.config.yaml_file import Document

LONGEST = 60
KEY_PROBLEM = "[key]"
# A file names people by their addresses, and what is wrong with it stands in logs.
ADDRESS = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LINE = "an attribute, `null`, or keys and values such as {from: jobTitle}"
CONDITIONS = "a list of conditions such as {attribute: department, equals: Sales}"

# What was expected, by pydantic's type of error up to its first underscore.
EXPECTED = {
    "string": "text",
    "bool": "`true` or `false`",
    "int": "a whole number",
    "float": "a number",
    "finite": "a number",
    "date": "a date such as 1930-01-01",
    "list": "a list such as [a, b]",
    "dict": "keys and values",
    "model": "keys and values",
    "too": "at least one entry",
}
LIMITS = {"ge": "at least {:g}", "gt": "more than {:g}", "le": "at most {:g}", "lt": "less than {:g}"}


def explained(file: str, document: Document, error: ValidationError, model: type[Strict]) -> list[str]:
    """One line per problem: file, key, line, found, allowed, nearest valid name."""
    items = error.errors(include_url=False)
    # What lies under a name that does not exist says nothing more.
    unknown = [item["loc"][:-1] for item in items if item["loc"][-1:] == (KEY_PROBLEM,)]
    found = []
    for item in items:
        of_key = item["loc"][-1:] == (KEY_PROBLEM,)
        loc = item["loc"][:-1] if of_key else item["loc"]
        if of_key or not any(loc[: len(name)] == name for name in unknown):
            line = document.line(written_loc(document.data, loc))
            found.append((line, placed(file, document, loc, _words(dict(item), loc, model))))
    return [line for _, line in sorted(found, key=lambda one: one[0])]


def placed(file: str, document: Document, loc: Loc, words: str) -> str:
    """``contoso.yaml: scope.user_types[0] (line 5): <words>.``"""
    loc = written_loc(document.data, loc)
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")
    line = document.line(loc)
    where = f"{key} (line {line}): " if line else f"{key}: " if key else ""
    return BREAKS.sub(" ", f"{file}: {where}{words}{'' if words.endswith('?') else '.'}")


def written_loc(data: Any, loc: Loc) -> Loc:
    """``loc`` as far as the file goes: the models see a list where one condition stands alone, keys where a text."""
    written: list[int | str] = []
    for part in loc:
        if isinstance(data, dict) and isinstance(part, str):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int):
            data = data[part]
        elif isinstance(data, dict):
            continue
        else:
            break
        written.append(part)
    return tuple(written)


def _words(item: dict[str, Any], loc: Loc, model: type[Strict]) -> str:
    """What is wrong with one key. A value is told where something else was expected; never that of an unknown key."""
    kind, context = str(item["type"]), item.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(str(loc[-1]), section(model, loc[:-1]) or model, model)
    if kind == "missing":
        return "is missing"
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        close = nearest(item["input"], allowed) if isinstance(item["input"], str) else ""
        return f"{_found(item['input'])}; allowed: {_listed(allowed)}{close}"
    limits = [words.format(float(context[name])) for name, words in LIMITS.items() if name in context]
    if limits:
        return f"{_found(item['input'])}; allowed: {limits[0]}"
    if kind == "not_allowed":
        return str(item["msg"])
    if kind == "value_error":
        words = str(item["msg"]).removeprefix("Value error, ")
        return f"{_found(item['input'])}; {words}" if words.startswith(("allowed:", "expected")) else words
    return f"{_found(item['input'])}; expected {_expected(kind, loc)}{_quotes(kind, item['input'])}"


def _unknown_key(key: str, inside: type[Strict], model: type[Strict]) -> str:
    allowed = list(keys_of(inside))
    close = nearest(key, allowed)
    if not close:
        ways = [f"{way}.{one}".lstrip(".") for way, one, _ in walk(model) if one == key]
        close = f"; did you mean `{ways[0]}`?" if ways else ""
    return f"unknown key{close}; allowed: {_listed(allowed)}"


def _expected(kind: str, loc: Loc) -> str:
    if loc[:1] == ("mapping",) and len(loc) == 2:
        return LINE
    if loc[:2] == ("scope", "filter") and all(isinstance(part, int) for part in loc[2:]):
        return CONDITIONS
    return EXPECTED[kind.split("_", 1)[0]]


def _quotes(kind: str, value: Any) -> str:
    return "; put the word in quotes if it is meant" if kind.startswith("string") and isinstance(value, bool) else ""


def _found(value: Any) -> str:
    if value is None:
        return "found nothing"
    if isinstance(value, bool):
        return f"found `{str(value).lower()}`"
    if isinstance(value, dict):
        return "found keys and values" if value else "found {}"
    if isinstance(value, list):
        return "found a list" if value else "found []"
    text = ADDRESS.sub("…@…", str(value))
    return f"found `{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}`"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
