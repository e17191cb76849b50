"""YAML as people mean it: text stays the text that was written.

Of what is not quoted only null, true and false are more than text: ``NO``, ``0012``, ``2024-01-01`` and ``12:30`` are
what they look like, and the models make numbers of digits where they want numbers. YAML's own rules
(https://yaml.org/type/) would read them as false, ten, a date and 750. Keys are always text, and a key that stands
twice is an error: YAML would drop the first one silently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from entra_sync.config.base import Loc

NULL = re.compile(r"null|Null|NULL|~|")
TRUE = re.compile(r"true|True|TRUE")
FALSE = re.compile(r"false|False|FALSE")
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
STANDARD = "tag:yaml.org,2002:"


# What people meant who met the parser's own words.
MEANT = {
    "'\\t'": "indent with blanks, not with tabs",
    "alias": 'a text that begins with `*` needs quotes, such as "*"',
    "cannot start any token": "a text that begins with a special character needs quotes",
    "mapping values are not allowed": "a text with a colon in it needs quotes; keys of one level begin in one column",
}


class UnreadableFile(ValueError):
    """Why a file cannot be read, in words that follow its name. Nothing of its content but keys."""


class Plain(str):
    """Text that was written without quotes."""

    __slots__ = ()


class _Loader(yaml.SafeLoader):
    """Composes nodes without giving plain text a meaning."""

    yaml_implicit_resolvers: dict[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file's content, and where in the file each part of it stands."""

    data: Any
    root: yaml.Node | None

    def line(self, loc: Loc) -> int:
        """The line, counted from 1, of the key or list item at ``loc``, or of what is nearest around it; else 0."""
        line, node = 0, self.root
        for part in loc:
            if isinstance(node, yaml.MappingNode):
                found = [pair for pair in node.value if pair[0].value == part]
                if not found:
                    return line
                line, node = found[0][0].start_mark.line + 1, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                node = node.value[part]
                line = node.start_mark.line + 1
        return line


def read_yaml(path: Path) -> Document:
    """Read one file. Raises UnreadableFile."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFile(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UnreadableFile("cannot be read: save it in the encoding UTF-8") from None
    return parse_yaml(text)


def parse_yaml(text: str) -> Document:
    """Read a text. Raises UnreadableFile."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise UnreadableFile(_syntax(error)) from None
    except yaml.YAMLError:
        raise UnreadableFile("is not valid YAML: it has a character that cannot be printed") from None
    except RecursionError:
        raise UnreadableFile("is not valid YAML: too many brackets stand in each other") from None
    return Document(data=None if root is None else _value(root, ()), root=root)


def _syntax(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f" (line {mark.line + 1})" if mark else ""
    said = f"{error.context or ''} {error.problem or ''}"
    meant = next((f"; {words}" for sign, words in MEANT.items() if sign in said), "")
    return f"is not valid YAML{where}: {error.problem or error.context}{meant}"


def _value(node: yaml.Node, around: tuple[yaml.Node, ...]) -> Any:
    """What a node stands for; ``around``: the nodes that it lies in."""
    line = node.start_mark.line + 1
    if any(node is outer for outer in around):
        raise UnreadableFile(f"is not valid YAML (line {line}): an alias stands inside of what it means")
    if not (node.tag.startswith(STANDARD) or node.tag == "!"):
        raise UnreadableFile(f"cannot be read (line {line}): write the value without the tag {node.tag}")
    inside = (*around, node)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, inside)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, inside) for item in node.value]
    text = _text(node)
    return text if getattr(node, "style", None) else _plain(text)


def _mapping(node: yaml.MappingNode, inside: tuple[yaml.Node, ...]) -> dict[str, Any]:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise UnreadableFile(f"cannot be read (line {line}): a key must be a name, not a list or a mapping")
        name = _text(key)
        if name in lines:
            raise UnreadableFile(f"has the key `{name}` twice, in lines {lines[name]} and {line}")
        lines[name] = line
    return {str(key.value): _value(value, inside) for key, value in node.value}


def _text(node: yaml.Node) -> str:
    """The text of a scalar. Half of a surrogate pair, written as an escape, is none."""
    try:
        str(node.value).encode()
    except UnicodeEncodeError:
        line = node.start_mark.line + 1
        raise UnreadableFile(f"cannot be read (line {line}): write characters themselves, not as \\ud800") from None
    return str(node.value)


def _plain(text: str) -> Any:
    if NULL.fullmatch(text):
        return None
    return True if TRUE.fullmatch(text) else False if FALSE.fullmatch(text) else Plain(text)


def numbers(value: Any) -> Any:
    """Make numbers of the plain digits in a value that no model knows, such as an expectation's options."""
    if isinstance(value, dict):
        return {key: numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [numbers(one) for one in value]
    if not isinstance(value, Plain):
        return value
    if INTEGER.fullmatch(value):
        return int(value)
    return float(value) if DECIMAL.fullmatch(value) and value[:2] != "00" else str(value)
