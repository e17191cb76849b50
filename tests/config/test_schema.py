"""The JSON Schema of account files: the one in docs/ is the code's, and it takes what the product takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from entra_sync.config.account import AccountConfig, load_account
from entra_sync.config.keys import walk
from entra_sync.config.schema import schema_text
from tests.config.files import SMALLEST, account_of, as_editors_read, said_about
from tests.config.page import EXAMPLES
from tests.conftest import ROOT

SCHEMA = json.loads(schema_text())
FILES = [
    *sorted((ROOT / "include" / "accounts").glob("*.yaml")),
    *sorted((ROOT / "sandbox" / "accounts").glob("*.yaml")),
]


def problems(text: str) -> list[str]:
    return [error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(as_editors_read(text))]


def test_the_file_in_docs_is_what_the_command_prints() -> None:
    lying = (ROOT / "docs" / "account.schema.json").read_text(encoding="utf-8")

    assert lying == schema_text(), "entra-sync accounts schema > docs/account.schema.json"


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_every_account_file_passes_and_fits_the_schema(path: Path) -> None:
    assert load_account(path).account
    assert problems(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES[:1], ids=["default"])
def test_the_default_account_tells_editors_where_its_schema_is(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]

    assert (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve() == (
        ROOT / "docs" / "account.schema.json"
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=[text.split(":")[0] for text in EXAMPLES])
def test_every_example_of_the_page_fits_the_schema(example: str) -> None:
    assert problems(SMALLEST + example) == []


@pytest.mark.parametrize(
    "text",
    [
        "mapping: {job_title: jobTitle, city: null, custom.x: null, custom.y: {value: 12}}",
        "mapping: {country: {from: country, switch: {NO: Norway, 12: 7, '': null}, otherwise: null}}",
        "mapping: {work_phone: 'businessPhones[0]', custom.z: extension_0123456789abcdef0123456789abcdef_badge}",
        "scope: {filter: [{attribute: city, equals: 0012}, [{attribute: employeeOrgData.division, in: [NO, 12]}]]}",
        "checks: {severity: {attribute_blank: ignore}, rows: null, nulls: null, dates: {earliest: 1950-01-01}}",
        "guards: {max_deactivations: null, max_creations: {percent: 12.5, count: null}}",
        "teams: {from_groups: null}",
        "reading: {collapse: null}",
        "name: 2024",
        "schedule: 0 3 * * *",
    ],
)
def test_what_the_product_takes_fits_the_schema(text: str) -> None:
    whole = SMALLEST.replace("name: Contoso Ltd\n", "") + text if text.startswith("name") else SMALLEST + text

    assert problems(whole) == []
    if not text.startswith("name"):
        account_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "colour: blue",
        "mapping: {shoe_size: shoeSize}",
        "mapping: {email: null}",
        "mapping: {job_title: job title}",
        "mapping: {job_title: {form: jobTitle}}",
        "mapping: {job_title: {from: jobTitle, type: integer}}",
        "scope: {user_types: [Robot]}",
        "scope: {filter: [{attribute: departmnt, equals: a}]}",
        "checks: {severity: {email_invalid: warn}}",
        "checks: {severity: {valu_missing: warn}}",
        "guards: {max_deactivations: {percent: 120}}",
        "manager_fallback: nearst",
        "account: Contoso Ltd",
    ],
)
def test_what_the_product_refuses_is_marked_while_one_types(text: str) -> None:
    whole = text + "\nname: a\n" if text.startswith("account") else SMALLEST + text

    assert problems(whole) != []
    assert said_about(text) != []


def test_every_key_has_a_description() -> None:
    sections = {"AccountConfig": SCHEMA, **SCHEMA["$defs"]}
    bare = []
    for way, key, model in walk(AccountConfig):
        told = sections[model.__name__]["properties"][key]
        if not told.get("description") and not sections[told["$ref"].rsplit("/", 1)[-1]].get("description"):
            bare.append(f"{way}.{key}")

    assert bare == []
