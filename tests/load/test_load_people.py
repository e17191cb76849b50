"""Who a person is, joins, moves, leaves and comes back."""

from __future__ import annotations

from datetime import date

from tests.load.factory import Directory, Nights, change, entra_id, kinds


def test_a_new_person_is_ready_to_invite_with_a_profile(nights: Nights) -> None:
    directory = Directory.of("ann")

    result = nights.run(directory)

    ann = nights.user("ann")
    assert (ann["status"], ann["email"], ann["display_name"]) == ("ready_to_invite", "ann@contoso.com", "Ann")
    assert (result.status, result.users_created) == ("success", 1)
    assert kinds(nights.changes()) == [("profile", "create", "applied"), ("user", "create", "applied")]
    created = change(nights.changes(), "user", "create", "ann")
    assert created["user_id"] == ann["user_id"]
    assert created["label"] == "Ann"


def test_running_the_same_snapshot_again_writes_nothing(nights: Nights) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    directory.people["bob"].manager = "ann"
    directory.people["cleo"].custom = {"cost_center": "7", "site": None}
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    before = nights.everything()

    result = nights.run(directory)

    assert result.status == "no_changes"
    assert (result.users_unchanged, result.teams_unchanged) == (3, 2)
    assert nights.changes() == []
    assert nights.everything() == before


def test_the_object_id_is_the_person_whatever_their_name_and_address(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    nights.run(directory)
    before = nights.user("ann")

    directory.people["ann"].email = "ann.miller@contoso.com"
    directory.people["ann"].values |= {"display_name": "Ann Miller", "last_name": "Miller"}
    result = nights.run(directory)

    after = nights.user("ann")
    assert (after["user_id"], after["email"]) == (before["user_id"], "ann.miller@contoso.com")
    assert (result.users_updated, result.users_created, result.users_unchanged) == (1, 0, 1)
    changes = nights.changes()
    assert change(changes, "user", "update", "ann")["fields"] == {
        "email": ["ann@contoso.com", "ann.miller@contoso.com"]
    }
    assert change(changes, "profile", "update", "ann")["fields"] == {
        "display_name": ["Ann", "Ann Miller"],
        "last_name": [None, "Miller"],
    }


def test_nobody_is_deleted_a_leaver_is_deactivated_with_profile_and_reason(nights: Nights) -> None:
    directory = Directory.of("ann", "bob", "cleo", "dan")
    nights.run(directory)
    nights.do("update peoplegoal.app_user set status = 'active', activated_at = now()")
    directory.people.pop("ann")
    directory.people["bob"].state, directory.people["bob"].reason = "disabled", "account_disabled"
    directory.people["cleo"].state, directory.people["cleo"].reason = "out_of_scope", "group_exclude"

    result = nights.run(directory)

    assert result.users_deactivated == 3
    reasons = {}
    for name in ("ann", "bob", "cleo"):
        person = nights.user(name)
        assert person["status"] == "deactivated"
        assert person["deactivated_at"] is not None
        assert person["display_name"] == name.title()
        left = change(nights.changes(), "user", "deactivate", name)
        assert left["fields"]["status"] == ["active", "deactivated"]
        assert left["label"] == name.title()
        reasons[name] = left["fields"]["reason"]
    assert reasons == {
        "ann": [None, "deleted"],
        "bob": [None, "disabled"],
        "cleo": [None, "out_of_scope:group_exclude"],
    }
    assert nights.user("dan")["status"] == "active"
    assert nights.run(directory).status == "no_changes"


def test_somebody_who_is_back_is_reactivated_with_their_history(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    nights.run(directory)
    nights.do("update peoplegoal.app_user set status = 'active', invited_at = now(), activated_at = now()")
    before = nights.user("ann")
    ann = directory.people.pop("ann")
    nights.run(directory)

    directory.people["ann"] = ann
    ann.values["job_title"] = "Lead"
    result = nights.run(directory)

    after = nights.user("ann")
    assert (after["status"], after["deactivated_at"]) == ("ready_to_invite", None)
    for same in ("user_id", "created_at", "invited_at", "activated_at"):
        assert after[same] == before[same]
    assert after["job_title"] == "Lead"
    assert (result.users_reactivated, result.users_updated, result.users_created) == (1, 0, 0)
    back = change(nights.changes(), "user", "reactivate", "ann")
    assert back["fields"] == {"status": ["deactivated", "ready_to_invite"]}


def test_invited_and_active_stay(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    nights.run(directory)
    nights.do("update peoplegoal.app_user set status = 'invited' where entra_id = %s", entra_id("ann"))
    nights.do("update peoplegoal.app_user set status = 'active' where entra_id = %s", entra_id("bob"))
    for name in ("ann", "bob"):
        directory.people[name].email = f"{name}.new@contoso.com"
        directory.people[name].values["job_title"] = "Lead"

    nights.run(directory)

    assert [nights.user(name)["status"] for name in ("ann", "bob")] == ["invited", "active"]


def test_a_cleared_attribute_becomes_null_and_an_unmapped_column_stays(nights: Nights) -> None:
    directory = Directory.of("ann")
    directory.columns = ("display_name", "job_title", "hire_date")
    directory.people["ann"].values |= {"job_title": "Lead", "hire_date": date(2024, 2, 29)}
    nights.run(directory)
    nights.do("update peoplegoal.profile set city = 'Berlin', department = 'Sales'")

    directory.people["ann"].values |= {"job_title": None, "hire_date": date(2025, 1, 1)}
    nights.run(directory)

    ann = nights.user("ann")
    assert (ann["job_title"], ann["hire_date"]) == (None, date(2025, 1, 1))
    assert (ann["city"], ann["department"]) == ("Berlin", "Sales")
    assert change(nights.changes(), "profile", "update", "ann")["fields"] == {
        "job_title": ["Lead", None],
        "hire_date": ["2024-02-29", "2025-01-01"],
    }


def test_only_the_mapped_custom_keys_are_owned(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    directory.people["ann"].custom = {"cost_center": "7", "site": "B1"}
    nights.run(directory)
    nights.do("""update peoplegoal.profile set custom_fields = custom_fields || '{"shoe_size": 43, "pet": null}'""")
    before = nights.everything()
    assert nights.run(directory).status == "no_changes"
    assert nights.everything() == before

    directory.people["ann"].custom = {"cost_center": "8", "site": None}
    nights.run(directory)

    assert nights.user("ann")["custom_fields"] == {"cost_center": "8", "shoe_size": 43, "pet": None}
    assert change(nights.changes(), "profile", "update", "ann")["fields"] == {
        "custom.cost_center": ["7", "8"],
        "custom.site": ["B1", None],
    }
    assert nights.run(directory).status == "no_changes"


def test_a_manager_is_linked_in_the_night_they_appear(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    directory.people["bob"].manager = "ann"
    directory.people["ann"].email = "bob@contoso.com"  # a conflict: both are held
    nights.run(directory)
    directory.people["bob"].email = "bobby@contoso.com"
    nights.do("insert into peoplegoal.app_user (account_id, email) values (1, 'bob@contoso.com')")
    nights.config = {"match": ["entra_id"], "guards": {"max_creations": None}}

    nights.run(directory)

    assert nights.user("bob")["manager_id"] is None
    assert nights.codes() == ["email_conflict", "manager_not_linked"]

    directory.people["ann"].email = "ann@contoso.com"
    nights.run(directory)

    assert nights.user("bob")["manager"] == entra_id("ann")
    assert change(nights.changes(), "profile", "update", "bob")["fields"] == {"manager": [None, entra_id("ann")]}
    assert nights.issues() == []


def test_manager_changes_are_told_by_object_id_and_a_leaver_is_nobodys_manager(nights: Nights) -> None:
    directory = Directory.of("ann", "bob", "cleo")
    directory.people["cleo"].manager = "ann"
    nights.run(directory)
    directory.people["cleo"].manager = "bob"
    nights.run(directory)
    moved = change(nights.changes(), "profile", "update", "cleo")
    assert moved["fields"] == {"manager": [entra_id("ann"), entra_id("bob")]}

    del directory.people["bob"]
    nights.run(directory)

    assert nights.user("cleo")["manager_id"] is None


def test_managers_that_the_mapping_leaves_to_peoplegoal_stay(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    directory.managers = False
    nights.run(directory)
    nights.do("update peoplegoal.profile set manager_id = %s where user_id = %s", *ids(nights, "ann", "bob"))

    assert nights.run(directory).status == "no_changes"

    assert nights.user("bob")["manager"] == entra_id("ann")


def test_a_rejected_persons_profile_is_left_alone(nights: Nights) -> None:
    directory = Directory.of("ann", "bob")
    directory.people["bob"].manager = "ann"
    directory.group("sales", "ann", "bob")
    nights.run(directory)
    before = nights.user("bob")
    directory.people["bob"].state, directory.people["bob"].reason = "rejected", "email_invalid"
    directory.add("eve", state="rejected", reason="date_invalid")

    result = nights.run(directory)

    assert (result.status, result.users_rejected, result.users_deactivated) == ("partial", 2, 0)
    assert nights.user("bob") == before
    assert entra_id("bob") in nights.members("sales")
    assert nights.members("ann", "manager") == {entra_id("ann"): "lead", entra_id("bob"): "member"}
    changes = nights.changes()
    assert kinds(changes) == [("user", "create", "rejected"), ("user", "update", "rejected")]
    assert change(changes, "user", "update", "bob")["fields"] == {"reason": [None, "email_invalid"]}
    assert change(changes, "user", "create", "eve")["label"] == "Eve"


def ids(nights: Nights, *names: str) -> list[int]:
    """User ids of people."""
    return [nights.user(name)["user_id"] for name in names]
