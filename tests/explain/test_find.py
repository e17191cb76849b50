"""Who is meant by an id, an address or a sign-in name."""

from __future__ import annotations

import pyarrow as pa
import pytest

from entra_sync.explain.find import find, nearest_address
from entra_sync.mapping.values import emails
from tests.transform.tenant import account, person, tables, uid

PEOPLE = [
    person(1, mail="Ann@Contoso.com", userPrincipalName="ann@contoso.onmicrosoft.com"),
    person(2, mail="shared@contoso.com"),
    person(3, mail="shared@contoso.com"),
    person(4, mail=None, userPrincipalName="Dee@contoso.com"),
]
USERS = tables(PEOPLE).users
EMAIL = emails(USERS, account())


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (uid(1), [1]),
        (uid(1).upper(), [1]),
        ("ANN@contoso.com", [1]),
        (" ann@CONTOSO.onmicrosoft.com ", [1]),
        ("shared@contoso.com", [2, 3]),
        ("dee@contoso.com", [4]),
        ("nobody@contoso.com", []),
        ("ann", []),
        ("", []),
    ],
)
def test_any_of_the_names_in_any_case(wanted: str, numbers: list[int]) -> None:
    assert [one.entra_id for one in find(USERS, EMAIL, wanted)] == [uid(number) for number in numbers]


def test_a_typing_error_finds_the_address_that_was_meant() -> None:
    assert nearest_address(EMAIL, "shraed@contoso.com") == "shared@contoso.com"
    assert nearest_address(EMAIL, "zzz@elsewhere.org") is None
    assert nearest_address(EMAIL, uid(9)) is None


def test_nobody_at_all() -> None:
    empty = tables([]).users
    assert find(empty, pa.array([], pa.string()), "ann@contoso.com") == []
    assert nearest_address(pa.array([], pa.string()), "ann@contoso.com") is None
