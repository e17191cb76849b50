"""The configuration that a run used, kept beside what the run found: ``account.json``.

Written with all defaults, so that a later release, whose defaults may differ, explains the run as it was. What counts
as "not said" in the file is left out, and a field that was switched off is null, as people write it.
"""

from __future__ import annotations

import json

from entra_sync.config.account import AccountConfig
from entra_sync.config.fields import DEFAULT_MAPPING


def to_json(account: AccountConfig) -> str:
    """The whole configuration as JSON; ``from_json`` gives an equal one."""
    data = account.model_dump(mode="json", by_alias=True)
    for name, field in account.mapping.items():
        if not field.has_otherwise:
            del data["mapping"][name]["otherwise"]
    data["mapping"] |= {name: None for name in DEFAULT_MAPPING if name not in account.mapping}
    if "unique" not in account.checks.model_fields_set:
        del data["checks"]["unique"]
    return json.dumps(data, indent=2, ensure_ascii=False)


def from_json(text: str) -> AccountConfig:
    """Read what ``to_json`` wrote. Raises pydantic's ValidationError."""
    return AccountConfig.model_validate(json.loads(text))
