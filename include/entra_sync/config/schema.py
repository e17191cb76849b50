"""The JSON Schema of account files, for editors: names, descriptions and allowed values while one types.

It is looser than ``accounts check``: rules that join several keys are not in it. Editors read YAML by its own rules, so
a number stands wherever the product takes digits as text.
"""

from __future__ import annotations

import json
from typing import Any

from entra_sync.codes import CODES, SEVERITIES
from entra_sync.config.account import AccountConfig
from entra_sync.config.fields import DEFAULT_MAPPING
from entra_sync.config.mapping import CUSTOM, FIELDS

LINE = [{"$ref": "#/$defs/AttributePath"}, {"$ref": "#/$defs/FieldMapping"}]


def schema_text() -> str:
    """The schema as it lies in docs/account.schema.json."""
    return json.dumps(account_schema(), indent=2, ensure_ascii=False) + "\n"


def account_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one account file."""
    made = _tidy(AccountConfig.model_json_schema(by_alias=True))
    made["properties"]["mapping"] |= _mapping()
    made["$defs"]["Checks"]["properties"]["severity"] |= _severities()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made, "title": "PeopleGoal account file"}


def _mapping() -> dict[str, Any]:
    """Every field with its default; only the address cannot be switched off."""
    lines = {name: [*LINE, {"type": "null"}] if name != "email" else LINE for name in FIELDS}
    return {
        "properties": {name: {"anyOf": kinds, "default": DEFAULT_MAPPING[name]} for name, kinds in lines.items()},
        "patternProperties": {f"^{CUSTOM.pattern}$": {"anyOf": [*LINE, {"type": "null"}]}},
        "additionalProperties": False,
    }


def _severities() -> dict[str, Any]:
    return {
        "properties": {
            code: {"enum": list(allowed), "default": allowed[0], "description": CODES[code].title}
            for code, allowed in SEVERITIES.items()
        },
        "additionalProperties": False,
    }


def _tidy(node: Any) -> Any:
    """Without the titles that repeat the keys, descriptions on one line, numbers where there is plain text."""
    if isinstance(node, list):
        return [_tidy(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _tidy(value) for key, value in node.items() if key != "title" or not isinstance(value, str)}
    if isinstance(made.get("description"), str):
        made["description"] = " ".join(made["description"].split())
    return made | {"type": ["string", "number"]} if _is_plain_text(made) else made


def _is_plain_text(node: dict[str, Any]) -> bool:
    return node.get("type") == "string" and not node.keys() & {"enum", "const", "pattern", "format"}
