"""Names of teams: the manager's, and names that several teams would have."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entra_sync.transform import CuratedTables
from entra_sync.transform.team_names import told_apart
from entra_sync.transform.team_tables import TEAM_SCHEMA
from tests.transform.tenant import account, built, gid, group, person, tables, uid


def names(curated: CuratedTables) -> dict[str, str]:
    """Key -> name."""
    return dict(zip(curated.team["key"].to_pylist(), curated.team["name"].to_pylist(), strict=True))


def doubles(curated: CuratedTables) -> list[tuple[str, str]]:
    """Id and label of each team that got an addition."""
    rows = curated.issues.to_pylist()
    return [(row["entra_id"], row["label"]) for row in rows if row["code"] == "team_name_duplicate"]


def test_a_managers_team_is_named_as_the_account_says_and_follows_the_person() -> None:
    config = account(teams={"manager_team_name": "Reports of {display_name}"})
    for name in ("Zoë", "Zoë {x} %s", "𝒵oe"):
        people = [person(1, displayName=name), person(2, manager=1)]
        assert names(built(tables(people), config)) == {f"manager:{uid(1)}": f"Reports of {name}"}


def test_of_two_groups_with_one_name_the_smaller_id_keeps_it() -> None:
    groups = [
        group(1, displayName="Sales", mailNickname="sales"),
        group(2, displayName="SALES ", mailNickname="sales-emea"),
        group(3, displayName="sales"),
        group(4, displayName="Support"),
    ]
    curated = built(tables([person(1)], groups))
    assert names(curated) == {
        f"group:{gid(1)}": "Sales",
        f"group:{gid(2)}": "SALES (sales-emea)",
        f"group:{gid(3)}": "sales (99999999)",
        f"group:{gid(4)}": "Support",
    }
    assert doubles(curated) == [(gid(2), "SALES (sales-emea)"), (gid(3), "sales (99999999)")]
    assert f"group:{gid(1)}" in curated.issues["message"][0].as_py()


def test_two_managers_of_one_name_are_told_apart_by_their_addresses() -> None:
    people = [
        person(1, displayName="Ann Lee", mail="ann.lee@contoso.com"),
        person(2, displayName="Ann Lee", mail="ann.lee2@contoso.com"),
        person(3, manager=1),
        person(4, manager=2),
    ]
    curated = built(tables(people))
    assert list(names(curated).values()) == ["Ann Lee's team", "Ann Lee's team (ann.lee2)"]
    assert doubles(curated) == [(uid(2), "Ann Lee's team (ann.lee2)")]


def test_a_group_keeps_its_name_before_a_manager_of_that_name() -> None:
    config = account(scope={"require_email": False})
    boss = person(1, displayName="Ann", mail=None, userPrincipalName="ann#EXT#@contoso.com")
    curated = built(tables([boss, person(2, manager=1)], [group(1, displayName="ANN'S TEAM")], config=config), config)
    assert list(names(curated).values()) == ["ANN'S TEAM", "Ann's team (00000000)"]


def test_an_addition_that_makes_another_teams_name_is_not_taken() -> None:
    groups = [
        group(1, displayName="Sales"),
        group(2, displayName="Sales", mailNickname="b"),
        group(3, displayName="sales (B)"),
        group(4, displayName="Sales", mailNickname="b"),
    ]
    assert list(names(built(tables([person(1)], groups))).values()) == [
        "Sales",
        "Sales (99999999)",
        "sales (B)",
        f"Sales ({gid(4)})",
    ]


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.sampled_from(["A", "a", "A (x)", "B", "ß", "SS"]), st.sampled_from(["x", "y"])), max_size=6)
)
def test_no_two_teams_have_one_name(given_names: list[tuple[str, str]]) -> None:
    rows = [{"key": f"group:{n}", "entra_id": gid(n), "name": name} for n, (name, _) in enumerate(given_names)]
    team, found = told_apart(pa.Table.from_pylist(rows, schema=TEAM_SCHEMA), [addition for _, addition in given_names])
    after = team["name"].to_pylist()
    assert len({name.casefold() for name in after}) == len(after)
    changed = {row["entra_id"] for row, name in zip(rows, after, strict=True) if name != row["name"]}
    assert {row["entra_id"] for row in found} == changed


@pytest.mark.parametrize("severity", ["warn", "ignore"])
def test_the_account_may_ignore_names_that_are_the_same(severity: str) -> None:
    config: dict[str, Any] = {"checks": {"severity": {"team_name_duplicate": severity}}}
    curated = built(tables([person(1)], [group(1, displayName="S"), group(2, displayName="S")]), account(**config))
    assert len(set(names(curated).values())) == 2
    assert len(doubles(curated)) == (1 if severity == "warn" else 0)
