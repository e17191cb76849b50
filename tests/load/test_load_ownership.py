"""Fields that the directory only seeds, fields that an empty value does not clear, and JSON types of custom fields."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.load.factory import Directory, Nights, change, entra_id

SEEDED: dict[str, Any] = {
    "job_title": {"from": "jobTitle", "only_on_create": True},
    "manager": {"from": "manager", "only_on_create": True},
    "custom.size": {"from": "faxNumber", "only_on_create": True},
}
KEPT: dict[str, Any] = {
    "department": {"from": "department", "clear": False},
    "hire_date": {"from": "employeeHireDate", "clear": False},
    "manager": {"from": "manager", "clear": False},
    "custom.site": {"from": "faxNumber", "clear": False},
}


def company(**custom: Any) -> Directory:
    """Two bosses, and ann below one of them."""
    directory = Directory.of("old", "new")
    directory.columns = (*directory.columns, "hire_date")
    directory.add(
        "ann", manager="old", job_title="Analyst", department="Sales", hire_date=date(2024, 5, 1), custom=custom
    )
    return directory


def untouched_again(nights: Nights, directory: Directory) -> None:
    """Another night writes nothing: no row, no ``updated_at``."""
    before = nights.everything()
    assert nights.run(directory).status == "no_changes"
    assert nights.changes() == []
    assert nights.everything() == before


def of_peoplegoal(nights: Nights) -> None:
    """PeopleGoal changes the seeded fields of ann."""
    nights.do(
        "update peoplegoal.profile set job_title = 'Chief', custom_fields = custom_fields || '{\"size\": \"XL\"}',"
        " manager_id = (select id from peoplegoal.app_user where entra_id = %s) where user_id = %s",
        entra_id("new"),
        nights.user("ann")["user_id"],
    )


def test_a_new_profile_gets_the_seeded_fields(nights: Nights) -> None:
    nights.config = {"mapping": SEEDED}
    directory = company(size="M")

    nights.run(directory)

    ann = nights.user("ann")
    assert (ann["job_title"], ann["manager"], ann["custom_fields"]) == ("Analyst", entra_id("old"), {"size": "M"})
    seeded = change(nights.changes(), "profile", "create", "ann")["fields"]
    assert (seeded["job_title"], seeded["custom.size"]) == ([None, "Analyst"], [None, "M"])
    untouched_again(nights, directory)


def test_a_seeded_field_is_peoplegoals_own_however_long_the_directory_differs(nights: Nights) -> None:
    nights.config = {"mapping": SEEDED}
    directory = company(size="M")
    nights.run(directory)
    of_peoplegoal(nights)

    untouched_again(nights, directory)
    directory.people["ann"].values |= {"job_title": "Director", "department": "Finance"}
    directory.people["ann"].custom = {"size": "S"}
    nights.run(directory)

    assert change(nights.changes(), "profile", "update", "ann")["fields"] == {"department": ["Sales", "Finance"]}
    ann = nights.user("ann")
    assert (ann["job_title"], ann["manager"], ann["custom_fields"]) == ("Chief", entra_id("new"), {"size": "XL"})
    untouched_again(nights, directory)


def test_a_seeded_field_that_the_directory_clears_stays(nights: Nights) -> None:
    nights.config = {"mapping": SEEDED}
    directory = company(size="M")
    nights.run(directory)

    directory.people["ann"].values["job_title"] = None
    directory.people["ann"].custom = {"size": None}
    untouched_again(nights, directory)


def test_a_seeded_field_that_is_empty_in_peoplegoal_stays_empty(nights: Nights) -> None:
    nights.config = {"mapping": SEEDED}
    directory = company()
    directory.people["ann"].values["job_title"] = None
    nights.run(directory)

    directory.people["ann"].values["job_title"] = "Analyst"
    untouched_again(nights, directory)


@pytest.mark.parametrize("manager", [None, "new"])
def test_a_seeded_manager_stays_and_the_teams_follow_the_directory(nights: Nights, manager: str | None) -> None:
    nights.config = {"mapping": SEEDED}
    directory = company()
    nights.run(directory)
    before = nights.everything()["profile"]

    directory.people["ann"].manager = manager
    nights.run(directory)

    assert nights.everything()["profile"] == before
    assert entra_id("ann") not in nights.members("old", "manager")


@pytest.mark.parametrize("mapping", [SEEDED, {}])
def test_a_manager_who_is_only_seeded_is_not_missed_later(nights: Nights, mapping: dict[str, Any]) -> None:
    nights.config = {"mapping": mapping, "match": ["entra_id"]}
    directory = Directory.of("bob", "ann")
    nights.run(directory)
    # Held: PeopleGoal has somebody else with the address.
    nights.do("insert into peoplegoal.app_user (account_id, email) values (1, 'boss@contoso.com')")
    directory.add("boss")
    directory.people["bob"].manager = "boss"

    nights.run(directory)

    assert nights.codes() == (["email_conflict"] if mapping else ["email_conflict", "manager_not_linked"])


@pytest.mark.parametrize("has_profile", [True, False])
def test_somebody_linked_is_seeded_only_where_there_is_no_profile_yet(nights: Nights, has_profile: bool) -> None:
    nights.config = {"mapping": SEEDED}
    nights.run(Directory.of("somebody"))
    nights.do(
        "insert into peoplegoal.app_user (account_id, email, status)"
        " select id, 'ann@contoso.com', 'active' from peoplegoal.account"
    )
    if has_profile:
        nights.do(
            "insert into peoplegoal.profile (user_id, account_id, job_title)"
            " select id, account_id, 'Chief' from peoplegoal.app_user where email = 'ann@contoso.com'"
        )
    directory = company(size="M")
    directory.add("somebody")

    nights.run(directory)

    assert change(nights.changes(), "user", "link", "ann")["status"] == "applied"
    ann = nights.user("ann")
    assert (ann["job_title"], ann["department"]) == ("Chief" if has_profile else "Analyst", "Sales")
    assert ann["custom_fields"] == ({} if has_profile else {"size": "M"})
    assert ann["manager"] == (None if has_profile else entra_id("old"))
    untouched_again(nights, directory)


def test_somebody_who_comes_back_is_not_seeded_again(nights: Nights) -> None:
    nights.config = {"mapping": SEEDED}
    directory = company(size="M")
    nights.run(directory)
    of_peoplegoal(nights)
    directory.people["ann"].state = "disabled"
    nights.run(directory)
    assert nights.user("ann")["status"] == "deactivated"

    directory.people["ann"].state = "in_scope"
    nights.run(directory)

    ann = nights.user("ann")
    assert (ann["status"], ann["job_title"], ann["custom_fields"]) == ("ready_to_invite", "Chief", {"size": "XL"})


def test_a_field_that_is_no_longer_only_seeded_is_the_directorys_again(nights: Nights) -> None:
    nights.config = {"mapping": SEEDED}
    directory = company(size="M")
    nights.run(directory)
    of_peoplegoal(nights)

    nights.config = {}
    nights.run(directory)

    ann = nights.user("ann")
    assert (ann["job_title"], ann["manager"], ann["custom_fields"]) == ("Analyst", entra_id("old"), {"size": "M"})
    untouched_again(nights, directory)


def test_an_empty_value_does_not_clear_a_field_that_says_so(nights: Nights) -> None:
    nights.config = {"mapping": KEPT}
    directory = company(site="London")
    nights.run(directory)

    directory.people["ann"].values |= {"department": None, "hire_date": None, "job_title": None}
    directory.people["ann"].custom = {"site": None}
    directory.people["ann"].manager = None
    nights.run(directory)

    assert change(nights.changes(), "profile", "update", "ann")["fields"] == {"job_title": ["Analyst", None]}
    ann = nights.user("ann")
    assert (ann["department"], ann["hire_date"], ann["manager"]) == ("Sales", date(2024, 5, 1), entra_id("old"))
    assert (ann["job_title"], ann["custom_fields"]) == (None, {"site": "London"})
    untouched_again(nights, directory)


def test_a_field_that_is_not_cleared_still_follows_the_directory(nights: Nights) -> None:
    nights.config = {"mapping": KEPT}
    directory = company(site="London")
    nights.run(directory)

    directory.people["ann"].values |= {"department": "Finance", "hire_date": date(2025, 1, 1)}
    directory.people["ann"].custom = {"site": "Berlin"}
    directory.people["ann"].manager = "new"
    nights.run(directory)

    ann = nights.user("ann")
    assert (ann["department"], ann["hire_date"], ann["manager"]) == ("Finance", date(2025, 1, 1), entra_id("new"))
    assert ann["custom_fields"] == {"site": "Berlin"}


def test_a_dry_run_names_no_field_that_would_be_left_alone(nights: Nights) -> None:
    nights.config = {"mapping": SEEDED | {"department": KEPT["department"]}}
    directory = company(size="M")
    nights.run(directory)

    directory.people["ann"].values |= {"job_title": "Director", "department": None}
    assert nights.run(directory, dry_run=True).status == "no_changes"
    assert nights.changes() == []


def test_custom_fields_are_stored_with_their_json_types(nights: Nights) -> None:
    typed = {"grade": 2**63 - 1, "remote": False, "level": 0, "since": "2024-05-01", "site": None}
    directory = company(**typed)

    nights.run(directory)

    kept = {key: value for key, value in typed.items() if value is not None}
    assert nights.user("ann")["custom_fields"] == kept
    fields = change(nights.changes(), "profile", "create", "ann")["fields"]
    assert (fields["custom.remote"], fields["custom.level"]) == ([None, False], [None, 0])
    untouched_again(nights, directory)


def test_a_custom_field_that_gets_another_type_is_a_change(nights: Nights) -> None:
    directory = company(grade="7", remote="true")
    nights.run(directory)

    directory.people["ann"].custom = {"grade": 7, "remote": True}
    nights.run(directory)

    assert change(nights.changes(), "profile", "update", "ann")["fields"] == {
        "custom.grade": ["7", 7],
        "custom.remote": ["true", True],
    }
    assert nights.user("ann")["custom_fields"] == {"grade": 7, "remote": True}
    untouched_again(nights, directory)
