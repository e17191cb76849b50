"""``$filter``: a small reader for the expressions that directory clients use.

``eq ne ge gt le lt in startswith endswith and or not any``. What Graph only does on its index (``ne``, ``not``,
``endswith``, comparison with null) is marked as advanced; text is compared without case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from sandbox.server.errors import bad_request, unsupported

TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<mark>[(),:])|(?P<word>[^\s(),:']+))")
Test = Callable[[dict[str, Any]], bool]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "ge": lambda a, b: a is not None and bool(a >= b),
    "gt": lambda a, b: a is not None and bool(a > b),
    "le": lambda a, b: a is not None and bool(a <= b),
    "lt": lambda a, b: a is not None and bool(a < b),
}
ORDERS = ("ge", "gt", "le", "lt")


class Filter:
    """A parsed filter: ``test`` decides on attributes, ``advanced`` names the operator that needs the index.

    ``ordered`` are the properties that are compared by ``ge gt le lt``.
    """

    def __init__(self, text: str, known: Collection[str]) -> None:
        self.advanced: str | None = None
        self.ordered: set[str] = set()
        self._ranges: list[tuple[str, str, Any]] = []
        self._others = False
        self._known = known
        self._tokens = _tokens(text)
        self._place = 0
        self.test: Test = self._either()
        if self._place != len(self._tokens):
            raise _syntax(self._tokens[self._place])

    def range_of(self, name: str) -> list[tuple[str, str]] | None:
        """Operators and folded texts when the filter is nothing but a range of this property, else None."""
        if self._others or any(found != name or not isinstance(value, str) for found, _, value in self._ranges):
            return None
        return [(operator, value) for _, operator, value in self._ranges]

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("or"):
            self._others = True
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda a: any(test(a) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._take("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda a: all(test(a) for test in tests)

    def _one(self) -> Test:
        if self._take("not"):
            self.advanced = self.advanced or "Operator 'not'"
            self._others = True
            denied = self._one()
            return lambda a: not denied(a)
        if self._take("("):
            inner = self._either()
            self._need(")")
            return inner
        word = self._next()
        if word.lower() in ("startswith", "endswith"):
            return self._text_function(word.lower())
        if "/" in word:
            return self._any(word)
        return self._comparison(self._property(word))

    def _text_function(self, function: str) -> Test:
        self._others = True
        self._need("(")
        name = self._property(self._next())
        self._need(",")
        part = self._literal()
        self._need(")")
        if function == "endswith":
            self.advanced = self.advanced or "Operator 'endsWith'"
            return lambda a: str(_fold(a.get(name)) or "").endswith(str(part))
        return lambda a: str(_fold(a.get(name)) or "").startswith(str(part))

    def _any(self, word: str) -> Test:
        """``groupTypes/any(c:c eq 'Unified')``."""
        name, _, function = word.partition("/")
        self._property(name)
        if function != "any":
            raise unsupported(f"Unsupported property filter clause '{word}'.")
        self._others = True
        self._need("(")
        variable = self._next()
        self._need(":")
        if self._next() != variable or self._next().lower() != "eq":
            raise unsupported(f"Unsupported lambda expression on '{name}'.")
        value = self._literal()
        self._need(")")
        return lambda a: value in [_fold(item) for item in a.get(name) or []]

    def _comparison(self, name: str) -> Test:
        operator = self._next().lower()
        self._others |= operator not in ORDERS
        if operator == "in":
            self._need("(")
            values = [self._literal()]
            while self._take(","):
                values.append(self._literal())
            self._need(")")
            return lambda a: _fold(a.get(name)) in values
        if operator not in COMPARE:
            raise _syntax(operator)
        value = self._literal()
        if operator == "ne" or value is None:
            self.advanced = self.advanced or f"Operator '{operator}'"
        if operator in ORDERS:
            self.ordered.add(name)
            self._ranges.append((name, operator, value))
        compare = COMPARE[operator]
        return lambda a: compare(_fold(a.get(name)), value)

    def _literal(self) -> Any:
        token = self._next()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'").casefold()
        constants: dict[str, Any] = {"true": True, "false": False, "null": None}
        if token.lower() in constants:
            return constants[token.lower()]
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}(T[\d.]+)?Z?|\d+", token):
            return token.casefold()
        raise _syntax(token)

    def _property(self, name: str) -> str:
        if name not in self._known:
            raise bad_request(f"Could not find a property named '{name}'.", "BadRequest")
        return name

    def _next(self) -> str:
        if self._place == len(self._tokens):
            raise _syntax("the end")
        self._place += 1
        return self._tokens[self._place - 1]

    def _take(self, word: str) -> bool:
        if self._place < len(self._tokens) and self._tokens[self._place].lower() == word:
            self._place += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise _syntax(self._tokens[self._place] if self._place < len(self._tokens) else "the end")


def _tokens(text: str) -> list[str]:
    """The words of a filter. A time's colons belong to it, a lambda's do not."""
    text = re.sub(r"(T\d\d):(\d\d):(\d\d)", r"\1.\2.\3", text.strip())
    tokens, place = [], 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise _syntax(text[place : place + 20])
        tokens.append(match["text"] or match["mark"] or match["word"])
        place = match.end()
    return tokens


def _fold(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"(T\d\d):(\d\d):(\d\d)", r"\1.\2.\3", value).casefold()
    return value


def _syntax(found: str) -> Exception:
    return bad_request(f"Invalid filter clause: syntax error at '{found}'.", "BadRequest")
