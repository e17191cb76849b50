"""The groups of a new company: every kind that Entra has, a team per department, and many projects."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.addresses import local_part
from sandbox.model import Company
from sandbox.names import DEPARTMENTS, PROJECTS
from sandbox.objects import DirectoryObject, Group

MICROSOFT_365: dict[str, Any] = {"groupTypes": ["Unified"], "mailEnabled": True, "securityEnabled": False}
SECURITY: dict[str, Any] = {
    "groupTypes": [],
    "mailEnabled": False,
    "securityEnabled": True,
    "visibility": None,
}
MAIL_SECURITY: dict[str, Any] = {
    "groupTypes": [],
    "mailEnabled": True,
    "securityEnabled": True,
    "visibility": None,
}
DISTRIBUTION: dict[str, Any] = {
    "groupTypes": [],
    "mailEnabled": True,
    "securityEnabled": False,
    "visibility": None,
}
DYNAMIC: dict[str, Any] = SECURITY | {
    "groupTypes": ["DynamicMembership"],
    "membershipRule": 'user.department -eq "Engineering"',
    "membershipRuleProcessingState": "On",
}

# What the many other groups are.
MIX = (MICROSOFT_365,) * 10 + (SECURITY,) * 7 + (DISTRIBUTION,) * 2 + (MAIL_SECURITY,)


def add_groups(company: Company, count: int, rng: random.Random, memberships: int) -> None:
    """Add ``count`` groups with about ``memberships`` direct members together."""
    staff = [u.id for u in company.users.values() if u.attributes["userType"] == "Member"]
    everybody = list(company.users)
    teams = _departments(company)
    makers: list[Callable[[], Group]] = [
        lambda: _group(company, "All Company", MICROSOFT_365 | {"visibility": "Public"}, staff),
        lambda: _department(company, "Engineering", teams),
        lambda: _group(
            company,
            "Confidential Projects",
            MICROSOFT_365 | {"visibility": "HiddenMembership"},
            _some(rng, staff, max(3, len(staff) // 100)),
        ),
        lambda: _nested(company, rng, staff),
        lambda: _department(company, "Sales", teams),
        lambda: _group(company, "Old Project (empty)", SECURITY, []),
        lambda: _group(company, "Dynamic: Engineering", DYNAMIC, teams.get("Engineering", [])),
        lambda: _group(company, "Finance Approvers", MAIL_SECURITY, _some(rng, staff, 6)),
        lambda: _newsletter(company, rng, everybody),
        *(
            partial(_department, company, name, teams)
            for name, *_ in DEPARTMENTS
            if name not in ("Engineering", "Sales")
        ),
    ]
    for make in makers[:count]:
        make()
    projects = max(0, count - len(makers))
    placed = sum(len(group.member_ids) for group in company.groups.values())
    weights = [1 / (n + 3) ** 0.5 for n in range(projects)]
    total = sum(weights)
    for number, weight in enumerate(weights):
        size = max(2, round((memberships - placed) * weight / total))
        _project(company, rng, number, _some(rng, everybody, size))


def _departments(company: Company) -> dict[str, list[str]]:
    teams: dict[str, list[str]] = {}
    for user in company.users.values():
        department = user.attributes.get("department")
        if department and department.strip():
            teams.setdefault(department, []).append(user.id)
    return teams


def _department(company: Company, name: str, teams: dict[str, list[str]]) -> Group:
    people = teams.get(name, [])
    group = _group(company, name, MICROSOFT_365 | {"description": f"Everybody in {name}"}, people)
    group.owner_ids = people[:1]
    return group


def _nested(company: Company, rng: random.Random, staff: list[str]) -> Group:
    """A security group that holds two groups, a device and a service principal besides a few people."""
    inner = [group.id for group in company.groups.values() if group.attributes["displayName"] in ("Engineering", "IT")]
    laptop = _other(company, "device", {"displayName": "LONDON-LT-0042", "operatingSystem": "Windows"})
    service = _other(
        company, "servicePrincipal", {"displayName": "Backup Service", "servicePrincipalType": "Application"}
    )
    return _group(company, "VPN Users", SECURITY, [*_some(rng, staff, 4), *inner, laptop, service])


def _newsletter(company: Company, rng: random.Random, everybody: list[str]) -> Group:
    contacts = [other.id for other in company.others.values() if other.kind == "orgContact"]
    return _group(company, "Newsletter", DISTRIBUTION, _some(rng, everybody, len(everybody) // 10 + 1) + contacts)


def _project(company: Company, rng: random.Random, number: int, people: list[str]) -> Group:
    lap, place = divmod(number, len(PROJECTS))
    name = f"Project {PROJECTS[place]}" + (f" {lap + 1}" if lap else "")
    kind = rng.choice(MIX)
    group = _group(company, name, kind | {"description": f"Working group {number + 1}"}, people)
    if kind is MICROSOFT_365:
        group.owner_ids = people[:2]
    if kind is SECURITY and number % 10 == 7:
        group.member_ids[rng.choice(list(company.groups))] = None
        group.member_ids.pop(group.id, None)
    return group


def _group(company: Company, name: str, kind: dict[str, Any], members: list[str]) -> Group:
    """Put a group in as a fact of old, not as a change."""
    group_id = company.new_id("group")
    nickname = local_part(name).replace(".", "")
    attributes: dict[str, Any] = {
        "id": group_id,
        "displayName": name,
        "description": None,
        "mailNickname": nickname,
        "mail": f"{nickname}@{company.domain}" if kind["mailEnabled"] else None,
        "visibility": "Private",
        "createdDateTime": company.now(),
    }
    company.groups[group_id] = Group(id=group_id, attributes=attributes | kind, member_ids=dict.fromkeys(members))
    return company.groups[group_id]


def _other(company: Company, kind: str, attributes: dict[str, Any]) -> str:
    object_id = company.new_id(kind)
    company.others[object_id] = DirectoryObject(id=object_id, kind=kind, attributes={"id": object_id} | attributes)
    return object_id


def _some(rng: random.Random, people: list[str], count: int) -> list[str]:
    return rng.sample(people, min(count, len(people)))
