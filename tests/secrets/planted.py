"""What is planted: secrets of every kind, and a directory in which everybody's data carries the same unmistakable mark.

``SECRET`` stands in every secret that can be chosen; keys and tokens are looked for as they are. ``PERSON`` stands in
every name, address, title and number of everybody, also in a group that is named after somebody.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sandbox.company import Company
from sandbox.groups import SECURITY
from tests.extract.credentials import Credential
from tests.secrets.searching import Planted

SECRET, PERSON = "wyrmzkt", "quixvor"
# Each has what has to be encoded somewhere: in a URL, in JSON, in a connection string.
CLIENT_SECRET = f"{SECRET}~Client.8Q~%2B+/=&'\"_"
DATABASE_PASSWORD = f"{SECRET}:data@base/pass%word '\"\\ é"
PASSPHRASE = f"{SECRET}~pass phrase/of+the&key"
SMTP_PASSWORD = f"{SECRET}-smtp:p@ss%20"
PROXY_PASSWORD = f"{SECRET}-proxy"
HOOK_TOKEN, HOOK_PASSWORD, GONE_TOKEN, WRONG_TOKEN = (f"{SECRET}-{name}" for name in ("hook", "word", "gone", "wrong"))

MOBILE, DESK = "+4420555073419", "+44 20 5550 8152 36"
NASTY = (
    f"Zoë O'{PERSON.capitalize()} \U0001f331",
    f'"{PERSON}", the <b>Bold</b> & %41',
    f"=1+2|{PERSON}'!A0",
    f"{PERSON.upper()}'); DROP TABLE profile;--",
    f"{{givenName}} {PERSON} %s ${{x}} {{{{ y }}}}",
    f"\u202b{PERSON}\u202c\u0000\ud800 null",
)


@dataclass
class Keys:
    """Certificates and tokens, made anew for each run of the tests."""

    certificate: Credential = field(default_factory=Credential)
    federated: Credential = field(default_factory=Credential)
    token: str = ""

    def __post_init__(self) -> None:
        self.token = self.federated.token(lasts_s=86_400)

    def planted(self) -> list[Planted]:
        """A line out of the middle of the key, the key's prime as a number, and what is signed with the other one."""
        lines = self.certificate.key_pem().splitlines()
        prime = self.certificate.key.private_numbers().p
        return [
            Planted(name="the certificate's key", kind="secret", text=lines[10]),
            Planted(name="the prime of the certificate's key", kind="secret", text=f"{prime:x}"[:60], any_case=True),
            Planted(name="the federated token", kind="secret", text=self.token.rpartition(".")[2][:60]),
        ]


def planted(keys: Keys, setup: dict[str, str]) -> list[Planted]:
    """Everything that is looked for; ``setup`` are the secrets that the set-up made for itself."""
    return [
        Planted(name="a planted secret", kind="secret", text=SECRET, any_case=True),
        *keys.planted(),
        *(Planted(name=f"the set-up's {name}", kind="secret", text=text) for name, text in setup.items()),
        Planted(name="a planted person", kind="person", text=PERSON, any_case=True),
        Planted(name="a mobile number", kind="person", text=MOBILE),
        Planted(name="a number at work", kind="person", text=DESK),
    ]


@dataclass
class People:
    """The tenant and the object ids of those who play a part, by what they are."""

    company: Company
    ids: dict[str, str] = field(default_factory=dict)

    def hire(self, part: str, name: str | None = None, manager: str | None = "head", **attributes: Any) -> str:
        """Add somebody; every text of theirs has the mark."""
        number = len(self.ids)
        name = name or f"{part.capitalize()} {PERSON.capitalize()}"
        self.ids[part] = self.company.add_user(
            displayName=name,
            manager_id=self.ids[manager] if manager else None,
            **{
                "mail": address(part),
                "userPrincipalName": address(part),
                "jobTitle": f"Keeper of {PERSON.capitalize()} {number}",
                "officeLocation": f"{PERSON} house",
                "employeeId": f"{PERSON.upper()}-{number}",
                "mobilePhone": f"{MOBILE}{number:02}",
                "businessPhones": [f"{DESK} {number:02}"],
                "department": "Sales",
                "city": "London",
                "employeeHireDate": "2023-09-01T00:00:00Z",
                **attributes,
            },
        )
        return self.ids[part]

    def group(self, name: str, *members: str) -> str:
        """A security group."""
        group = self.company.add_group(displayName=name, **SECURITY)
        for member in members:
            self.company.add_member(group, self.ids[member])
        return group

    def entra_id(self, part: str) -> str:
        return self.ids[part]


def address(part: str) -> str:
    """Somebody's address."""
    return f"{part}.{PERSON}@contoso.com"


def build_people() -> People:
    """Before the first night: a head, eight who report to her, nasty names, a bad row, two groups."""
    people = People(Company(seed=11))
    people.hire("head", manager=None)
    for number in range(8):
        people.hire(f"report{number}")
    for number, name in enumerate(NASTY):
        people.hire(f"nasty{number}", name, "report0")
    people.hire("rejected", mail=f"{PERSON} at contoso")
    people.hire("owner")
    people.group("Sales", "report1", "report2", "nasty0")
    people.group(f"Friends of {PERSON.capitalize()} junior", "report1", "rejected", "nasty1")
    return people


def a_day_passes(people: People) -> None:
    """Changed titles, a joiner, an address that somebody else has, and a leaver."""
    company = people.company
    company.day += 1
    for part in ("report3", "nasty2", "rejected"):
        company.update_user(people.ids[part], jobTitle=f"Second keeper of {PERSON}")
    people.hire("joiner")
    people.hire("conflict", mail=address("owner").upper())
    company.delete_user(people.ids["report7"])


def entra_part(**parts: Any) -> dict[str, Any]:
    """A connection as Airflow's API takes it: ``extra`` is text."""
    extra = parts.pop("extra", {})
    return {**parts, "extra": json.dumps(extra)}


def hook_url(port: int, token: str) -> str:
    """An Apprise URL whose path is the token, as those of chat services are; with a password besides."""
    return f"json://hook:{quote(HOOK_PASSWORD)}@127.0.0.1:{port}/{token}"
