"""What PeopleGoal must hold for a tenant, worked out from the tenant itself in plain Python, and what it does hold.

For the default rules: enabled members with an address; groups of the types microsoft365 and security without hidden
membership; nested members; managers' teams, each team with a name of its own; owners lead where the account asks for
it. None of the product's code is used here.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import psycopg

from sandbox.company import Company

PLAIN = {
    "first_name": "givenName",
    "last_name": "surname",
    "display_name": "displayName",
    "job_title": "jobTitle",
    "department": "department",
    "company": "companyName",
    "office": "officeLocation",
    "city": "city",
    "state": "state",
    "country": "country",
    "mobile_phone": "mobilePhone",
    "employee_id": "employeeId",
    "employee_type": "employeeType",
    "preferred_language": "preferredLanguage",
}

State = dict[str, Any]


def expected(company: Company, *, owners: bool = False) -> State:
    """People, managers, teams and members that the tenant asks for; with ``owners`` they lead (``lead: owner``)."""
    people = {user_id: profile(user.attributes) for user_id, user in company.users.items() if wanted(user.attributes)}
    managers = {u: company.users[u].manager_id for u in people if company.users[u].manager_id in people}
    groups = {g: group for g, group in company.groups.items() if is_team(group.attributes)}
    teams = named(company, set(groups), set(managers.values()))
    leads: dict[tuple[str, str], str | None] = {("manager", m): m for m in managers.values()}
    leads |= {("group", g): None for g in groups}
    if owners:
        leads |= {
            ("group", g): min((o for o in group.owner_ids if o in people), default=None) for g, group in groups.items()
        }
    members = {
        ("group", g, u, "lead" if leads["group", g] == u else "member")
        for g in groups
        for u in everybody(company, g)
        if u in people
    }
    for report, manager in managers.items():
        members |= {("manager", manager, report, "member"), ("manager", manager, manager, "lead")}
    return {
        "people": people,
        "managers": managers,
        "teams": {key: name for key, name in teams.items() if key[0] == "group"},
        "manager_teams": {manager: name for (kind, manager), name in teams.items() if kind == "manager"},
        "leads": leads,
        "members": members,
    }


def named(company: Company, groups: set[str], managers: set[str]) -> dict[tuple[str, str], str]:
    """Names of the teams: of several with one name the first keeps it, the others get an addition in brackets."""
    names = {("group", g): text(company.groups[g].attributes["displayName"]) for g in sorted(groups)}
    names |= {("manager", m): f"{text(company.users[m].attributes['displayName'])}'s team" for m in sorted(managers)}
    first: dict[str, tuple[str, str]] = {}
    for key, name in names.items():
        first.setdefault(name.casefold(), key)
    for (kind, one), name in list(names.items()):
        if first[name.casefold()] != (kind, one):
            nickname = company.groups[one].attributes.get("mailNickname") if kind == "group" else None
            address = (email(company.users[one].attributes) or "") if kind == "manager" else ""
            names[kind, one] = f"{name} ({nickname or address.split('@')[0] or one[:8]})"
    return names


def text(value: str) -> str:
    """Composed Unicode, trimmed."""
    return unicodedata.normalize("NFC", value).strip()


def wanted(user: dict[str, Any]) -> bool:
    """Enabled, a member, with an address."""
    return bool(user["accountEnabled"]) and user.get("userType") in (None, "Member") and bool(email(user))


def email(user: dict[str, Any]) -> str | None:
    """The address: mail, else UPN; lower case."""
    found = (user.get("mail") or user.get("userPrincipalName") or "").strip().lower()
    return found or None


def profile(user: dict[str, Any]) -> dict[str, Any]:
    """The profile that these attributes mean."""
    fields: dict[str, Any] = {column: text(user.get(name) or "") or None for column, name in PLAIN.items()}
    fields["email"] = email(user)
    fields["work_phone"] = (user.get("businessPhones") or [None])[0]
    fields["hire_date"] = (user.get("employeeHireDate") or "")[:10] or None
    return fields


def is_team(group: dict[str, Any]) -> bool:
    """Microsoft 365 or plain security, and its members may be seen."""
    if group.get("visibility") == "HiddenMembership":
        return False
    return "Unified" in group["groupTypes"] or (group["securityEnabled"] and not group["mailEnabled"])


def everybody(company: Company, group_id: str) -> set[str]:
    """Users of a group and of the groups in it; who is in a hidden group stays hidden."""
    seen, waiting, users = set(), [group_id], set()
    while waiting:
        current = waiting.pop()
        if current in seen or company.groups[current].attributes.get("visibility") == "HiddenMembership":
            continue
        seen.add(current)
        for member in company.members(current):
            if member in company.groups:
                waiting.append(member)
            elif member in company.users:
                users.add(member)
    return users


def actual(url: str, account: str = "contoso") -> State:
    """The same, as the database holds it: active users, active teams."""
    with psycopg.connect(url) as connection:
        (account_id,) = connection.execute("select id from peoplegoal.account where slug = %s", [account]).fetchone()  # type: ignore[misc]
        columns = [*PLAIN, "work_phone"]
        people = {}
        rows = connection.execute(
            f"select u.entra_id::text, u.email, p.hire_date::text, {', '.join(f'p.{c}' for c in columns)}"
            " from peoplegoal.app_user u join peoplegoal.profile p on p.user_id = u.id"
            " where u.account_id = %s and u.status <> 'deactivated'",
            [account_id],
        )
        for entra_id, address, hired, *values in rows:
            people[entra_id] = {
                "email": address,
                "hire_date": hired,
                **dict(zip(columns, values, strict=True)),
            }
        managers = dict(
            connection.execute(
                "select u.entra_id::text, m.entra_id::text from peoplegoal.profile p"
                " join peoplegoal.app_user u on u.id = p.user_id join peoplegoal.app_user m on m.id = p.manager_id"
                " where u.account_id = %s and u.status <> 'deactivated'",
                [account_id],
            ).fetchall()
        )
        found = connection.execute(
            "select t.kind::text, t.entra_id::text, t.name, u.entra_id::text from peoplegoal.team t"
            " left join peoplegoal.app_user u on u.id = t.lead_id where t.account_id = %s and t.status = 'active'",
            [account_id],
        ).fetchall()
        members = connection.execute(
            "select t.kind::text, t.entra_id::text, u.entra_id::text, m.role::text from peoplegoal.team_member m"
            " join peoplegoal.team t on t.id = m.team_id join peoplegoal.app_user u on u.id = m.user_id"
            " where m.account_id = %s",
            [account_id],
        ).fetchall()
    return {
        "people": people,
        "managers": managers,
        "teams": {(kind, entra_id): name for kind, entra_id, name, _ in found if kind == "group"},
        "manager_teams": {entra_id: name for kind, entra_id, name, _ in found if kind == "manager"},
        "leads": {(kind, entra_id): lead for kind, entra_id, _, lead in found},
        "members": set(members),
    }
