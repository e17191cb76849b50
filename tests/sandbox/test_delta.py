"""The change feeds ``/users/delta`` and ``/groups/delta``: what a round tells."""

from __future__ import annotations

from sandbox.company import Company
from tests.sandbox.conftest import Client
from tests.sandbox.feeds import GONE, GROUPS, USERS, edges, latest, told, user


def spare(company: Company) -> str:
    """Somebody without reports."""
    bosses = {person.manager_id for person in company.users.values()}
    return next(i for i in reversed(company.users) if i not in bosses and company.manager_of(i))


# The first round


def test_the_first_round_tells_every_user_with_what_was_ever_set_and_the_manager(client: Client) -> None:
    company = client.tenant.company

    records = told(client, USERS).records

    assert [record["id"] for record in records] == list(company.users)
    for record in records:
        attributes = company.users[record["id"]].attributes
        set_ = {n: attributes[n] for n in ("displayName", "jobTitle") if attributes.get(n) is not None}
        manager = company.manager_of(record["id"])
        listed = {"manager@delta": [user(manager)]} if manager in company.users else {}
        assert record == {"id": record["id"], **set_, **listed} or manager in company.others
    assert any("jobTitle" not in record for record in records)


def test_the_first_round_tells_all_groups_with_all_listed_members(client: Client) -> None:
    company = client.tenant.company

    records = told(client, "/groups/delta").records

    assert set(edges(records)) == {(g, m) for g in company.groups for m in client_members(client, g)}
    assert {record["id"] for record in records} == set(company.groups)
    kinds = {e["@odata.type"] for record in records for e in record.get("members@delta", [])}
    assert {"#microsoft.graph.user", "#microsoft.graph.group", "#microsoft.graph.device"} <= kinds
    assert not any(record.get("members@delta") == [] for record in records)


def client_members(client: Client, group_id: str) -> list[str]:
    """Members as far as this application may see them."""
    hidden = client.tenant.company.groups[group_id].attributes["visibility"] == "HiddenMembership"
    return [] if hidden else client.tenant.company.members(group_id)


def test_latest_is_a_position_without_data(client: Client) -> None:
    answer = client.get(f"{USERS}&$deltatoken=latest").json()

    assert (answer["value"], "@odata.deltaLink" in answer, "@odata.nextLink" in answer) == ([], True, False)
    assert told(client, answer["@odata.deltaLink"]).records == []


# Later rounds: users


def test_a_later_round_tells_selected_changes_only(client: Client) -> None:
    company = client.tenant.company
    changed, other, moved, same = list(company.users)[10:14]
    link = latest(client, "/users/delta?$select=displayName,jobTitle")

    company.update_user(changed, jobTitle="Astronaut")
    company.update_user(other, officeLocation="Moon")
    company.set_manager(moved, same)
    company.update_user(same, jobTitle=company.users[same].attributes.get("jobTitle"))
    again = told(client, link)

    shown = company.users[changed].attributes["displayName"]
    assert again.records == [{"id": changed, "displayName": shown, "jobTitle": "Astronaut"}]
    assert told(client, again.link).records == []


def test_what_is_there_already_is_no_change(client: Client) -> None:
    company = client.tenant.company
    person, group = spare(company), next(g for g in company.groups if company.members(g))
    links = [latest(client, USERS), told(client, "/users/delta?$deltatoken=latest").link, latest(client, GROUPS)]

    company.update_user(person, jobTitle=company.users[person].attributes["jobTitle"])
    company.set_manager(person, company.manager_of(person))
    company.add_member(group, company.members(group)[0])
    company.update_group(group, displayName=company.groups[group].attributes["displayName"])

    assert [told(client, link).records for link in links] == [[], [], []]


def test_a_cleared_attribute_is_null_and_one_never_set_is_absent(client: Client) -> None:
    company = client.tenant.company
    link = latest(client, "/users/delta?$select=displayName,jobTitle,department")

    new = company.add_user(displayName="Ann Lee", jobTitle="Pilot", department=None)
    company.update_user(new, jobTitle=None)
    company.update_user(new, department=None)
    again = told(client, link)

    assert again.records == [{"id": new, "displayName": "Ann Lee", "jobTitle": None}]
    company.update_user(new, jobTitle="Pilot")
    assert told(client, again.link).records[0]["jobTitle"] == "Pilot"


def test_managers_are_told_when_selected_and_as_a_removal_and_an_addition(client: Client) -> None:
    company = client.tenant.company
    person = spare(company)
    old, new = company.manager_of(person), next(iter(company.users))
    assert old not in (None, new)
    link = latest(client, USERS)

    company.set_manager(person, new)
    first = told(client, link)
    company.set_manager(person, None)
    second = told(client, first.link)

    assert first.records[0]["manager@delta"] == [user(str(old), **GONE), user(new)]
    assert second.records[0]["manager@delta"] == [user(new, **GONE)]
    client.tenant.settings.delta_manager = "new"
    assert told(client, link).records[0]["manager@delta"] == [user(str(old), **GONE), user(new, **GONE)]
    assert told(client, first.link).records[0]["manager@delta"] == [user(new, **GONE)]
    client.tenant.settings.delta_manager = "absent"
    (record,) = told(client, link).records
    assert (record["id"], "manager@delta" in record) == (person, False)


def test_only_the_new_manager_may_be_told(client: Client) -> None:
    company = client.tenant.company
    person, new = spare(company), next(iter(company.users))
    client.tenant.settings.delta_manager = "new"
    link = latest(client, USERS)

    company.set_manager(person, new)

    assert told(client, link).records[0]["manager@delta"] == [user(new)]


def test_who_is_deleted_is_removed_again_when_purged_and_plain_when_restored(client: Client) -> None:
    company = client.tenant.company
    leaver, back = (i for i in list(company.users)[-40:] if company.users[i].manager_id), spare(company)
    gone = next(i for i in leaver if i != back)
    link, groups = latest(client, USERS), latest(client, GROUPS)

    company.delete_user(gone)
    company.delete_user(back)
    first = told(client, link)
    assert {r["id"]: r.get("@removed") for r in first.records} == {key: {"reason": "changed"} for key in (gone, back)}
    assert all(set(record) == {"id", "@removed"} for record in first.records)
    assert told(client, groups).records == []

    held = {g for g, group in company.groups.items() if gone in group.member_ids}
    company.purge_user(gone)
    company.restore_user(back)
    second = {record["id"]: record for record in told(client, first.link).records}

    assert second[gone] == {"id": gone, "@removed": {"reason": "deleted"}}
    assert "@removed" not in second[back]
    assert second[back]["manager@delta"] == [user(str(company.manager_of(back)))]
    assert edges(told(client, groups).records) == {(g, gone): False for g in held}
    assert told(client, link).ids.count(gone) == 1


def test_a_new_user_comes_with_the_manager(client: Client) -> None:
    company = client.tenant.company
    boss = next(iter(company.users))
    link = latest(client, USERS)

    new = company.add_user(displayName="Ann Lee", manager_id=boss)

    expected = {"id": new, "displayName": "Ann Lee", "manager@delta": [user(boss)]}
    assert told(client, link).records == [expected]


# Later rounds: groups


def test_memberships_come_as_what_they_are_at_the_end(client: Client) -> None:
    company = client.tenant.company
    ann, bob, cleo, dan = list(company.users)[20:24]
    club = company.add_group(displayName="Club")
    for member in (ann, bob):
        company.add_member(club, member)
    link = latest(client, GROUPS)

    company.remove_member(club, ann)
    company.add_member(club, cleo)
    company.add_member(club, dan)
    company.remove_member(club, dan)
    company.remove_member(club, bob)
    company.add_member(club, bob)
    first = told(client, link)

    assert edges(first.records) == {(club, ann): False, (club, bob): True, (club, cleo): True, (club, dan): False}
    entries = {entry["id"]: entry for entry in first.records[0]["members@delta"]}
    assert (entries[ann], entries[cleo]) == (user(ann, **GONE), user(cleo))
    company.update_group(club, displayName="The Club")
    company.add_member(club, bob)
    assert told(client, first.link).records == [{"id": club, "displayName": "The Club"}]


def test_members_are_not_told_when_something_else_is_selected(client: Client) -> None:
    company = client.tenant.company
    group = next(iter(company.groups))
    link = latest(client, "/groups/delta?$select=displayName")

    company.add_member(group, company.add_user())

    assert told(client, link).records == []
    assert not any("members@delta" in record for record in told(client, "/groups/delta?$select=displayName").records)


def test_a_deleted_group_is_removed_once_and_comes_back_with_its_members(client: Client) -> None:
    company = client.tenant.company
    group = next(g for g in company.groups if len(client_members(client, g)) > 2)
    member = next(m for m in company.members(group) if m in company.users)
    link = latest(client, GROUPS)

    company.delete_group(group)
    first = told(client, link)
    company.delete_user(member)
    company.purge_user(member)
    second = told(client, first.link)
    company.restore_group(group)
    third = told(client, second.link)

    assert first.records == [{"id": group, "@removed": {"reason": "changed"}}]
    assert group not in second.ids
    assert edges(third.records) == {(group, m): True for m in company.members(group)}
    assert member not in company.members(group)


def test_hidden_members_are_told_only_with_the_permission(client: Client) -> None:
    company = client.tenant.company
    person = next(iter(company.users))
    link = latest(client, GROUPS)
    hidden = company.add_group(displayName="Secret", visibility="HiddenMembership")
    company.add_member(hidden, person)

    assert edges(told(client, link).records) == {}
    assert not any(group == hidden for group, _ in edges(told(client, GROUPS).records))
    client.tenant.settings.permissions.add("Member.Read.Hidden")
    assert edges(told(client, link).records) == {(hidden, person): True}
    assert edges(told(client, GROUPS).records)[hidden, person]


def test_large_groups_come_in_slices_with_others_between(client: Client) -> None:
    company = client.tenant.company
    client.tenant.settings.delta_members = 40
    large = max(company.groups, key=lambda g: len(company.members(g)))

    round_ = told(client, GROUPS)

    slices = [record for record in round_.records if record["id"] == large]
    assert len(slices) > 2
    assert {record["displayName"] for record in slices} == {company.groups[large].attributes["displayName"]}
    listed = [entry["id"] for record in slices for entry in record["members@delta"]]
    assert listed == company.members(large)
    places = [number for number, i in enumerate(round_.ids) if i == large]
    assert places[1] - places[0] > 1
    assert all(sum(len(r.get("members@delta", [])) for r in page) <= 40 for page in round_.pages)
