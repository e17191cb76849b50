"""Whatever happened in the nights before: the database shows the last directory."""

from __future__ import annotations

import secrets
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.load.factory import Directory, Nights, entra_id

NAMES = ("ann", "bob", "cleo", "dan", "eve", "fay")
GROUPS = ("sales", "support", "board")
STATES = ("in_scope", "in_scope", "in_scope", "disabled", "out_of_scope")


@st.composite
def directories(draw: Any, *, states: tuple[str, ...] = STATES) -> Directory:
    """People of a small pool, each with an address of their own or none; anybody may manage anybody but themselves."""
    directory = Directory()
    addresses = draw(st.permutations([f"mail{number}@contoso.com" for number in range(len(NAMES) + 1)]))
    for name, address in zip(draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1)), addresses, strict=False):
        person = directory.add(
            name,
            email=draw(st.sampled_from([address, address, address, None])),
            state=draw(st.sampled_from(states)),
            manager=draw(st.sampled_from([None, *(other for other in NAMES if other != name)])),
            job_title=draw(st.sampled_from([None, "", "Lead", "Clerk"])),
        )
        person.custom = {"site": draw(st.sampled_from([None, "B1", "B2"]))}
    for name in draw(st.lists(st.sampled_from(GROUPS), unique=True)):
        members = draw(st.lists(st.sampled_from(NAMES), unique=True))
        directory.group(name, *members, description=draw(st.sampled_from([None, "Sells"])))
    return directory


def shown(directory: Directory) -> dict[str, Any]:
    """What PeopleGoal must show for a directory."""
    inside = {name: person for name, person in directory.people.items() if person.state == "in_scope"}
    managers = {name: person.manager for name, person in inside.items() if person.manager in inside}
    members = {
        (entra_id(g), entra_id(m), "member")
        for g, group in directory.groups.items()
        for m in group.members
        if m in inside
    }
    for name, manager in managers.items():
        members |= {(entra_id(str(manager)), entra_id(name), "member")}
        members |= {(entra_id(str(manager)), entra_id(str(manager)), "lead")}
    return {
        "people": {
            entra_id(name): (
                person.email,
                person.values["job_title"],
                {key: value for key, value in person.custom.items() if value is not None},
                entra_id(str(managers[name])) if name in managers else None,
            )
            for name, person in inside.items()
        },
        "teams": {entra_id(name) for name in (*directory.groups, *(str(m) for m in managers.values()))},
        "members": members,
    }


def found(nights: Nights) -> dict[str, Any]:
    """What the database shows for the account."""
    people = nights.rows(
        "select u.entra_id::text as id, u.email, p.job_title, p.custom_fields, m.entra_id::text as manager"
        " from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id and a.slug = %s"
        " join peoplegoal.profile p on p.user_id = u.id left join peoplegoal.app_user m on m.id = p.manager_id"
        " where u.status <> 'deactivated'",
        nights.slug,
    )
    teams = nights.rows(
        "select t.entra_id::text as id from peoplegoal.team t join peoplegoal.account a on a.id = t.account_id"
        " where a.slug = %s and t.status = 'active'",
        nights.slug,
    )
    members = nights.rows(
        "select t.entra_id::text as team, u.entra_id::text as member, m.role from peoplegoal.team_member m"
        " join peoplegoal.team t on t.id = m.team_id join peoplegoal.app_user u on u.id = m.user_id"
        " join peoplegoal.account a on a.id = m.account_id where a.slug = %s",
        nights.slug,
    )
    return {
        "people": {p["id"]: (p["email"], p["job_title"], p["custom_fields"], p["manager"]) for p in people},
        "teams": {team["id"] for team in teams},
        "members": {(m["team"], m["member"], m["role"]) for m in members},
    }


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(directories(), min_size=1, max_size=4))
def test_the_database_shows_the_last_directory(database_url: str, history: list[Directory]) -> None:
    nights = Nights(url=database_url, slug=f"a-{secrets.token_hex(6)}")
    for directory in history:
        nights.run(directory)
        assert found(nights) == shown(directory)
    assert nights.run(history[-1]).status == "no_changes"
