"""A dirty tenant: many defects at once, each on a person or a group of its own, among odd rows that are none.

The company is changed as an administrator would change it, and what a run must then name is given back. The account
file sandbox/accounts/contoso.yaml has the checks that name all of it. The same company, day and seed become dirty in
the same way.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sandbox.dirt import DEFECTS, NOISE, SHARED
from sandbox.groups import SECURITY
from sandbox.model import Company
from sandbox.objects import DirectoryObject, User

CIRCLES = (2, 3, 50)
MANAGERS = 6
# One person for every line of the tables, two for shared values, and the circles; and some that stay as they were.
NEEDED = len(DEFECTS) + len(NOISE) + 2 * len(SHARED) + 2 + MANAGERS + sum(CIRCLES) + 12


class TooSmall(ValueError):
    """The company has not enough people for so much dirt."""


@dataclass(frozen=True, order=True, kw_only=True)
class Defect:
    """What a run must name: the code of the issue, ``user`` or ``team``, the object, the field."""

    code: str
    entity: str
    entra_id: str
    field: str


def make_dirty(company: Company, *, seed: int = 1) -> list[Defect]:
    """Make a healthy company dirty; gives what a run must name, sorted. Raises TooSmall.

    Only people without reports get defects, so that each is named for its own and for nothing that follows from it.
    """
    with company.lock:
        dirt = _Dirt(company, random.Random(f"dirty:{company.seed}:{seed}:{company.day}"))
        dirt.rows()
        dirt.managers()
        dirt.circles()
        dirt.groups()
        return sorted(dirt.found)


class _Dirt:
    """Hands out people and groups, and remembers what was done to them."""

    def __init__(self, company: Company, rng: random.Random) -> None:
        self.company = company
        self.found: list[Defect] = []
        users = company.users.values()
        bosses = {user.manager_id for user in users}
        self.guests = [user.id for user in users if user.attributes.get("userType") == "Guest"]
        self.disabled = [u.id for u in users if u.attributes["accountEnabled"] is False and u.manager_id]
        # People in a circle become managers: two teams of theirs must not have one name.
        names = Counter(str(user.attributes.get("displayName")).casefold() for user in users)
        self.free = [
            user.id
            for user in users
            if user.id not in bosses
            and _plain(company, user)
            and names[str(user.attributes["displayName"]).casefold()] == 1
        ]
        if len(self.free) < NEEDED or not self.guests or not self.disabled:
            raise TooSmall(
                f"The company has {len(self.free)} people without reports whose rows are good, {len(self.guests)} "
                f"guests and {len(self.disabled)} disabled accounts; {NEEDED}, 1 and 1 are needed. Serve a new one "
                "with --users 250."
            )
        rng.shuffle(self.free)

    def rows(self) -> None:
        """Attributes of one person, and values that two share."""
        for code, field, attributes in DEFECTS:
            self.name(code, self.change(attributes), field)
        for code, field, first, second in SHARED:
            for attributes in (first, second):
                self.name(code, self.change(attributes), field)
        for attributes in NOISE:
            self.change(attributes)
        # An address that somebody else has: the newcomer to it is held, the owner keeps it.
        owner, other = self.free.pop(), self.free.pop()
        address = str(self.company.users[owner].attributes["mail"])
        self.company.update_user(other, mail=address.upper())
        for person in (owner, other):
            self.name("email_duplicate", person, "email")
        self.name("email_conflict", other, "email")
        # Nobody's business: a guest is out of scope, and a leaver leaves with a bad row as well.
        self.company.update_user(self.guests[-1], mail="no address", employeeHireDate="never")
        self.company.update_user(self.disabled[-1], jobTitle="x" * 300, employeeHireDate="never")

    def managers(self) -> None:
        """Links that lead to nobody in PeopleGoal."""
        rejected = next(one.entra_id for one in self.found if one.code == "email_invalid")
        contact = self.other("orgContact", {"displayName": "Pat Holloway", "mail": "pat.holloway@fabrikam.com"})
        for code, manager in (
            ("manager_missing", self.ghost()),
            ("manager_not_a_user", contact),
            ("manager_out_of_scope", self.guests[0]),
            ("manager_disabled", self.disabled[0]),
            ("manager_rejected", rejected),
            ("manager_self", None),
        ):
            person = self.free.pop()
            self.company.set_manager(person, manager or person)
            self.name(code, person, "manager")

    def circles(self) -> None:
        """Managers in a ring; the one with the smallest id is named, because that link is left out."""
        for size in CIRCLES:
            ring = [self.free.pop() for _ in range(size)]
            for person, manager in zip(ring, [*ring[1:], ring[0]], strict=True):
                self.company.set_manager(person, manager)
            self.name("manager_cycle", min(ring), "manager")

    def groups(self) -> None:
        """Teams without a name, with somebody else's name, without a lead, with unknown members; and odd ones."""
        nameless = self.group("Team without a name", self.free[:3], owner=self.free[0])
        self.company.update_group(nameless, displayName="  ")
        self.name("team_name_missing", nameless, "name")
        twins = [self.group(name, self.free[:2], owner=self.free[0]) for name in ("Twin Peaks", "twin peaks ")]
        # The smaller id keeps the name.
        self.name("team_name_duplicate", max(twins), "name")
        led = self.group("Led by a guest", self.free[:4], owner=self.guests[0])
        self.name("team_lead_missing", led, "lead")
        unknown = self.group("With a stranger", [*self.free[:5], self.ghost()], owner=self.free[0])
        self.name("member_unknown", unknown, "members")
        device = self.other("device", {"displayName": "LONDON-LT-0043", "operatingSystem": "Windows"})
        contact = self.other("orgContact", {"displayName": "Sam Whitfield", "mail": "sam.whitfield@fabrikam.com"})
        odd = [self.guests[0], device, contact, *self.free[:6]]
        inner = self.group("=cmd|' /C calc'!A0 \U0001f331 <b>עברית</b>", odd, owner=self.free[0])
        outer = self.group("A group that holds itself", [inner, self.free[6]], owner=self.free[6])
        self.company.add_member(outer, outer)
        self.company.add_member(inner, outer)

    def change(self, attributes: dict[str, Any]) -> str:
        """Change the next person; of an object among the attributes only the members that are given."""
        person = self.free.pop()
        old = self.company.users[person].attributes
        merged = {n: (old.get(n) or {}) | v if isinstance(v, dict) else v for n, v in attributes.items()}
        self.company.update_user(person, **merged)
        return person

    def name(self, code: str, entra_id: str, field: str) -> None:
        entity = "team" if entra_id in self.company.groups else "user"
        self.found.append(Defect(code=code, entity=entity, entra_id=entra_id, field=field))

    def ghost(self) -> str:
        """A user who is linked to and stands in no list: deleted a moment ago, as an index that lags behind tells."""
        return self.other("user", {"displayName": "Former Person"})

    def other(self, kind: str, attributes: dict[str, Any]) -> str:
        object_id = self.company.new_id(kind)
        self.company.others[object_id] = DirectoryObject(
            id=object_id, kind=kind, attributes={"id": object_id} | attributes
        )
        return object_id

    def group(self, name: str, members: list[str], *, owner: str) -> str:
        group_id = self.company.add_group(displayName=name, **SECURITY)
        for member in members:
            self.company.add_member(group_id, member)
        self.company.groups[group_id].owner_ids = [owner]
        return group_id


def _plain(company: Company, user: User) -> bool:
    """Whether nothing is odd about a person yet, nor about their manager."""
    needed = ("mail", "givenName", "jobTitle", "department", "employeeId", "employeeHireDate", "officeLocation")
    given, manager = user.attributes, company.users.get(user.manager_id or "")
    return (
        given.get("accountEnabled") is True
        and given.get("userType") == "Member"
        and all(str(given.get(name) or "").strip() for name in needed)
        and manager is not None
        and manager.attributes["accountEnabled"] is True
    )
