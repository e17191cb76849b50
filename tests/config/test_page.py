"""docs/account-file.md holds every key of the account file, no other, each with its default; its examples pass."""

from __future__ import annotations

import re
from typing import Any

import pytest

from entra_sync.config.account import AccountConfig
from entra_sync.config.doubts import doubts
from entra_sync.config.keys import keys_of, section_of, walk
from entra_sync.config.yaml_file import numbers, parse_yaml
from tests.config.files import account_of
from tests.config.page import EXAMPLES, fields_told, keys_told

ALL = {f"{way}.{key}".lstrip("."): (key, model) for way, key, model in walk(AccountConfig)}
LEAVES = {name for name, (key, model) in ALL.items() if not section_of(keys_of(model)[key])}
TOLD = keys_told()


def test_the_page_names_every_key_and_no_other() -> None:
    assert set(TOLD) - set(ALL) == set()
    assert (LEAVES | {name for name in ALL if "." not in name}) - set(TOLD) == set()


@pytest.mark.parametrize("name", sorted(name for name in TOLD if name in LEAVES))
def test_the_default_that_the_page_tells_is_the_default(name: str) -> None:
    found = re.fullmatch(r"`(.*)`|", TOLD[name])

    assert found is not None, TOLD[name]
    assert numbers(parse_yaml(found[1]).data if found[1] else None) == default(name)


def default(name: str) -> Any:
    """Of a section as the account has it, of an entry as the model has it; None where there is none."""
    key, model = ALL[name]
    value: Any = account_of("").model_dump(mode="json", by_alias=True)
    if "[]" in name or "<name>" in name:
        field = next(one for own, one in model.model_fields.items() if key in (own, one.alias))
        return None if field.is_required() else field.default
    for part in name.split("."):
        value = value[part]
    return None if name in ("account", "name") else value


def test_the_page_names_every_field_with_the_attributes_of_its_default() -> None:
    told, mapping = fields_told(), account_of("").mapping

    assert set(told) == set(mapping)
    for name, field in mapping.items():
        assert [path for path in field.attributes() if f"`{path}`" not in told[name]] == [], name


@pytest.mark.parametrize("example", EXAMPLES, ids=[text.split(":")[0] for text in EXAMPLES])
def test_every_example_of_the_page_is_read_and_says_what_it_means(example: str) -> None:
    account = account_of(example)

    given = {name: value for name, value in parse_yaml(example).data.items() if value is not None}
    assert set(given) <= account.model_fields_set
    assert [words for _, words in doubts(account) if "reserved" not in words] == []
