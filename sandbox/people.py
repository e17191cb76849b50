"""The people of a new company: an org tree by department, and the oddities that every real directory has."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from sandbox.addresses import local_part
from sandbox.extensions import own_attributes
from sandbox.model import Company
from sandbox.names import DEPARTMENTS, EMPLOYEE_TYPES, GIVEN, OFFICES, PARTNERS, SURNAMES
from sandbox.objects import DirectoryObject, User

SPAN = 7  # direct reports of a manager


def add_staff(company: Company, count: int, rng: random.Random) -> None:
    """Add ``count`` users: a chief executive, departments as trees below her, guests among the last."""
    if count < 1:
        return
    chief = _employee(company, rng, "Executive", "Chief Executive Officer")
    guests = round(count * 0.04)
    shares = sum(department[4] for department in DEPARTMENTS)
    left = count - 1 - guests
    sizes = [left * department[4] // shares for department in DEPARTMENTS]
    for n in range(left - sum(sizes)):
        sizes[n % len(sizes)] += 1
    for (name, head, lead, titles, _), size in zip(DEPARTMENTS, sizes, strict=True):
        people: list[str] = []
        for place in range(size):
            # A heap: the person at a place manages those at SPAN * place + 1 ... SPAN * place + SPAN.
            leads = SPAN * place + 1 < size
            title = head if place == 0 else lead if leads else rng.choice(titles)
            manager = chief if place == 0 else people[(place - 1) // SPAN]
            people.append(_employee(company, rng, name, title, manager))
    for _ in range(guests):
        _guest(company, rng)


def employee_attributes(company: Company, rng: random.Random, department: str, title: str | None) -> dict[str, Any]:
    """Attributes of a new employee with a fresh name, address and number."""
    given, surname = rng.choice(GIVEN), rng.choice(SURNAMES)
    office, city, state, country, postal_code, street, dial, language = rng.choice(OFFICES)
    name = company.free_principal_name(f"{given} {surname}")
    number = company.serial + 1
    cost_center = f"CC-{1000 + 10 * _place(department) + rng.randrange(4)}"
    hired = date.fromisoformat(company.now()[:10]) - timedelta(days=rng.randrange(1, 4200))
    return {
        "accountEnabled": True,
        "userType": "Member",
        "userPrincipalName": name,
        "mail": name.replace(name[0], name[0].upper(), 1) if rng.random() < 0.1 else name,
        "mailNickname": name.partition("@")[0],
        "proxyAddresses": [f"SMTP:{name}"],
        "otherMails": [],
        "displayName": f"{given} {surname}",
        "givenName": given,
        "surname": surname,
        "jobTitle": title,
        "department": department,
        "companyName": company.name,
        "officeLocation": office,
        "city": city,
        "state": state,
        "country": country,
        "postalCode": postal_code,
        "streetAddress": street,
        "usageLocation": language[-2:],
        "preferredLanguage": language,
        "businessPhones": [f"{dial} {1000 + number % 9000}"],
        "mobilePhone": f"{dial} {rng.randrange(10_000, 99_999)}" if rng.random() < 0.7 else None,
        "employeeId": f"E{number:06d}",
        "employeeType": rng.choice(EMPLOYEE_TYPES),
        "employeeHireDate": f"{hired.isoformat()}T00:00:00Z",
        "employeeOrgData": {"division": department, "costCenter": cost_center},
        "onPremisesExtensionAttributes": {f"extensionAttribute{n}": None for n in range(1, 16)}
        | {"extensionAttribute1": cost_center},
        "createdDateTime": f"{hired.isoformat()}T09:{rng.randrange(60):02d}:00Z",
    } | own_attributes(number, cost_center)


def add_blemishes(company: Company, rng: random.Random) -> None:
    """Make some rows look as they do in real life; who is odd depends on the seed, how many on the size."""
    users = list(company.users.values())
    count = len(users)
    managers = {user.manager_id for user in users}
    staff = [user for user in users if user.id not in managers and user.attributes["userType"] == "Member"]
    rng.shuffle(staff)
    taken = iter(staff)

    def some(share: float, least: int = 0) -> list[User]:
        number = max(least, round(count * share))
        return [user for user, _ in zip(taken, range(number), strict=False)]

    for user in some(0.03):
        user.attributes["accountEnabled"] = False
    for user in some(0.02):
        user.attributes["jobTitle"] = None
    for user in some(0.01):
        # No mailbox: the user principal name stands in.
        user.attributes |= {"mail": None, "proxyAddresses": []}
    for user in some(0.01):
        user.attributes["department"] = "  "
    for user in some(0.01):
        user.attributes["givenName"] = None
    for user in some(0.005):
        user.attributes |= {"businessPhones": [], "mobilePhone": None, "officeLocation": None}
    if count >= 100:
        _odd_names(some(0, least=1) + some(0.0025))
        heads = [user for user in users if user.manager_id == users[0].id]
        leads = [user for user in users if user.id in managers and user.manager_id in {head.id for head in heads}]
        if leads:
            rng.choice(leads).attributes["accountEnabled"] = False
    if count >= 20:
        for user in some(0, least=1):
            user.attributes |= _room(company)
            user.manager_id = None
        for number, user in enumerate(some(0, least=1 if count < 200 else 2)):
            user.manager_id = _contact(company, number)


def _odd_names(users: list[User]) -> None:
    for number, user in enumerate(users):
        if number == 0:
            # Decomposed: the accent is a character of its own.
            user.attributes |= {
                "givenName": "Rene\u0301",
                "displayName": f"Rene\u0301 {user.attributes['surname']}",
            }
        else:
            user.attributes["displayName"] = f"{user.attributes['displayName']} 🌱"


def _employee(
    company: Company, rng: random.Random, department: str, title: str | None, manager_id: str | None = None
) -> str:
    return _put(company, employee_attributes(company, rng, department, title), manager_id)


def _guest(company: Company, rng: random.Random) -> str:
    given, surname = rng.choice(GIVEN), rng.choice(SURNAMES)
    partner = rng.choice(PARTNERS)
    # The number keeps two guests of one name apart.
    local = f"{local_part(f'{given} {surname}')}.{company.serial + 1}"
    attributes: dict[str, Any] = {
        "accountEnabled": True,
        "userType": "Guest",
        "userPrincipalName": f"{local}_{partner}#EXT#@{company.initial_domain}",
        "mail": f"{local}@{partner}",
        "mailNickname": f"{local}_{partner}#EXT#",
        "otherMails": [f"{local}@{partner}"],
        "proxyAddresses": [f"SMTP:{local}@{partner}"],
        "displayName": f"{given} {surname}",
        "givenName": given,
        "surname": surname,
        "companyName": partner.partition(".")[0].title(),
        "businessPhones": [],
        "creationType": "Invitation",
        "externalUserState": "Accepted",
        "createdDateTime": company.now(),
    }
    return _put(company, attributes, None)


def _put(company: Company, attributes: dict[str, Any], manager_id: str | None) -> str:
    """Put a user in as a fact of old, not as a change."""
    user_id = company.new_id("user")
    company.users[user_id] = User(id=user_id, attributes={"id": user_id} | attributes, manager_id=manager_id)
    company.claim(attributes["userPrincipalName"])
    return user_id


def _room(company: Company) -> dict[str, Any]:
    address = company.free_principal_name("Conf Room Adams")
    company.claim(address)
    empty = ("givenName", "surname", "jobTitle", "department", "mobilePhone", "employeeId", "employeeType")
    return dict.fromkeys((*empty, "employeeHireDate", "employeeOrgData", "preferredLanguage")) | {
        "displayName": "Conf Room Adams",
        "userPrincipalName": address,
        "mail": address,
        "mailNickname": "conf.room.adams",
        "proxyAddresses": [f"SMTP:{address}"],
        "businessPhones": [],
        "accountEnabled": False,
    }


def _contact(company: Company, number: int) -> str:
    contact_id = company.new_id("orgContact")
    name = ("Pat Holloway", "Sam Whitfield")[number]
    mail = f"{local_part(name)}@{PARTNERS[0]}"
    attributes = {
        "id": contact_id,
        "displayName": name,
        "mail": mail,
        "companyName": "Fabrikam",
        "jobTitle": "Partner",
    }
    company.others[contact_id] = DirectoryObject(id=contact_id, kind="orgContact", attributes=attributes)
    return contact_id


def _place(department: str) -> int:
    return next((n for n, row in enumerate(DEPARTMENTS, start=1) if row[0] == department), 0)
