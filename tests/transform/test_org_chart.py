"""The day's table of the org chart: everybody with a profile, and how the chart looks from where they stand."""

from __future__ import annotations

from tests.transform.tenant import account, built, person, tables, uid


def test_everybody_with_a_profile_is_in_it_with_the_manager_that_the_profile_gets() -> None:
    people = [
        person(1),
        person(2, manager=1),
        person(3, manager=2),
        person(4, manager=5),
        person(5, manager=2, userType="Guest"),
        person(6, manager=1, mail="bad"),
    ]
    curated = built(tables(people), account(manager_fallback="nearest"))
    rows = [tuple(row.values()) for row in curated.org_chart.to_pylist()]
    assert rows == [
        (uid(1), None, 0, 1, 3),
        (uid(2), uid(1), 1, 2, 2),
        (uid(3), uid(2), 2, 0, 0),
        (uid(4), uid(2), 2, 0, 0),
    ]
    profile = curated.profile.select(["entra_id", "manager_entra_id"]).to_pylist()
    assert profile == curated.org_chart.select(["entra_id", "manager_entra_id"]).to_pylist()


def test_without_managers_there_is_no_chart_and_the_table_is_there_all_the_same() -> None:
    config = account(mapping={"manager": None}, teams={"from_managers": False})
    found = built(tables([person(1)], config=config), config).org_chart
    assert (found.num_rows, found.column_names) == (0, ["entra_id", "manager_entra_id", "depth", "span", "below"])
