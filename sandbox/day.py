"""A working day passes in the company: people come, go, move and marry, teams are renamed.

Never more than a healthy day: at most 5 % leave and 10 % join. The same company on the same day has the same day.
"""

from __future__ import annotations

import random
from typing import Any

from sandbox.model import Company
from sandbox.names import DEPARTMENTS, PROJECTS, SURNAMES
from sandbox.objects import User
from sandbox.people import employee_attributes


def a_working_day(company: Company, *, seed: int | None = None) -> list[str]:
    """Change the company by one day; gives what happened, a sentence for a person each."""
    with company.lock:
        company.day += 1
        rng = random.Random(f"day:{company.seed if seed is None else seed}:{company.day}")
        day = _Day(company, rng)
        if day.staff:
            day.leavers()
            day.joiners()
            day.movers()
            day.marriage()
            day.phone_swap()
            day.cleared_attribute()
            day.memberships()
        day.renamed_team()
        day.return_from_deleted_items()
        return day.said


class _Day:
    """One day's bookkeeping: nobody meets with two things on one day."""

    def __init__(self, company: Company, rng: random.Random) -> None:
        self.company = company
        self.rng = rng
        self.said: list[str] = []
        users = company.users.values()
        self.staff = [u for u in users if u.attributes["accountEnabled"] and u.attributes.get("userType") == "Member"]
        self.bosses = {user.manager_id for user in users}
        self.free = [user for user in self.staff if user.manager_id in company.users]
        rng.shuffle(self.free)

    def share(self, share: float) -> int:
        """About this share of the staff; at least one, save in a very small company."""
        return max(1, round(len(self.staff) * share * self.rng.uniform(0.8, 1.2))) if len(self.staff) >= 20 else 0

    def take(self, *, boss: bool = False) -> User | None:
        """A person with whom nothing has happened today yet."""
        for place, user in enumerate(self.free):
            if (user.id in self.bosses) == boss:
                return self.free.pop(place)
        return None

    def leavers(self) -> None:
        for number in range(self.share(0.01)):
            # In large companies some leavers are managers: their reports go to the next one up.
            user = self.take(boss=number % 8 == 7)
            if user is None:
                return
            for report in [u for u in self.company.users.values() if u.manager_id == user.id]:
                self.company.set_manager(report.id, user.manager_id)
            if self.rng.random() < 0.5:
                self.company.delete_user(user.id)
                self.said.append(f"{_name(user)} left; the account was deleted.")
            else:
                self.company.disable(user.id)
                self.said.append(f"{_name(user)} left; the account was disabled.")

    def joiners(self) -> None:
        for _ in range(min(self.share(0.015), len(self.staff) // 10)):
            department, _, _, titles, _ = self.rng.choice(DEPARTMENTS)
            attributes = employee_attributes(self.company, self.rng, department, self.rng.choice(titles))
            attributes |= {
                "employeeHireDate": f"{self.company.now()[:10]}T00:00:00Z",
                "createdDateTime": self.company.now(),
            }
            manager = self.boss_in(department)
            user_id = self.company.add_user(manager_id=manager.id if manager else None, **attributes)
            for group in self.groups_named(department, "All Company"):
                self.company.add_member(group, user_id)
            self.said.append(f"{attributes['displayName']} joined {department} as {attributes['jobTitle']}.")

    def movers(self) -> None:
        for _ in range(self.share(0.01)):
            user = self.take()
            if user is None:
                return
            old = str(user.attributes.get("department") or "").strip()
            department, _, _, titles, _ = self.rng.choice([row for row in DEPARTMENTS if row[0] != old])
            title = self.rng.choice(titles)
            self.company.update_user(user.id, department=department, jobTitle=title)
            manager = self.boss_in(department)
            if manager is not None and manager.id != user.id:
                self.company.set_manager(user.id, manager.id)
            for group in self.groups_named(old):
                if user.id in self.company.groups[group].member_ids:
                    self.company.remove_member(group, user.id)
            for group in self.groups_named(department):
                self.company.add_member(group, user.id)
            under = f", under {_name(manager)}" if manager else ""
            self.said.append(f"{_name(user)} moved from {old or 'no department'} to {department} as {title}{under}.")

    def marriage(self) -> None:
        user = self.take()
        given = user.attributes.get("givenName") if user else None
        if user is None or not given:
            return
        before, surname = _name(user), self.rng.choice(SURNAMES)
        address = self.company.free_principal_name(f"{given} {surname}")
        self.company.update_user(
            user.id,
            surname=surname,
            displayName=f"{given} {surname}",
            userPrincipalName=address,
            mail=address,
            proxyAddresses=[f"SMTP:{address}", f"smtp:{user.attributes['userPrincipalName']}"],
        )
        self.said.append(f"{before} married: now {given} {surname}, {address}.")

    def phone_swap(self) -> None:
        one, other = self.take(), self.take()
        if one is None or other is None:
            return
        first, second = one.attributes.get("businessPhones"), other.attributes.get("businessPhones")
        self.company.update_user(one.id, businessPhones=second)
        self.company.update_user(other.id, businessPhones=first)
        self.said.append(f"{_name(one)} and {_name(other)} swapped their phone numbers.")

    def cleared_attribute(self) -> None:
        user = self.take()
        if user is None:
            return
        filled = [n for n in ("mobilePhone", "officeLocation", "jobTitle", "employeeType") if user.attributes.get(n)]
        if filled:
            name = self.rng.choice(filled)
            self.company.update_user(user.id, **{name: None})
            self.said.append(f"{name} of {_name(user)} was cleared.")

    def memberships(self) -> None:
        projects = self.projects()
        for group_id in self.rng.sample(projects, min(len(projects), 1 + len(projects) // 50)):
            name = self.company.groups[group_id].attributes["displayName"]
            members = [member for member in self.company.members(group_id) if member in self.company.users]
            if len(members) > 4:
                leaves = self.rng.choice(members)
                self.company.remove_member(group_id, leaves)
                self.said.append(f"{_name(self.company.users[leaves])} left the group {name}.")
            outside = [u for u in self.staff if u.id in self.company.users and u.id not in members]
            if outside:
                joins = self.rng.choice(outside)
                self.company.add_member(group_id, joins.id)
                self.said.append(f"{_name(joins)} joined the group {name}.")

    def renamed_team(self) -> None:
        groups = self.company.groups.values()
        projects = [group for group in groups if "Project " in f"{group.attributes['displayName']} "[:12]]
        if not projects:
            return
        group = self.rng.choice(projects)
        taken = {other.attributes["displayName"] for other in self.company.groups.values()}
        wishes = [
            f"Project {self.rng.choice(PROJECTS)}",
            f"Project {self.rng.choice(PROJECTS)} {self.company.day}",
        ]
        name = next((wish for wish in wishes if wish not in taken), None)
        if name:
            self.said.append(f"The group {group.attributes['displayName']} is now called {name}.")
            self.company.update_group(group.id, displayName=name)

    def return_from_deleted_items(self) -> None:
        """Every fifth day somebody deleted comes back, with the same id."""
        if self.company.day % 5 == 0 and self.company.deleted_users:
            user_id = sorted(self.company.deleted_users)[0]
            self.company.restore_user(user_id)
            self.said.append(f"{_name(self.company.users[user_id])} came back: the deleted account was restored.")

    def boss_in(self, department: str) -> User | None:
        """Somebody who leads people in the department, else its first person; leads people from now on."""
        people = [
            u
            for u in self.staff
            if u.attributes.get("department") == department
            and u.attributes["accountEnabled"]
            and u.id in self.company.users
        ]
        if not people:
            return None
        boss = self.rng.choice([u for u in people if u.id in self.bosses] or people[:1])
        # No longer free to move below somebody else today: that could close a circle.
        self.bosses.add(boss.id)
        return boss

    def groups_named(self, *names: str) -> list[str]:
        return [group.id for group in self.company.groups.values() if group.attributes["displayName"] in names]

    def projects(self) -> list[str]:
        """Groups that people run themselves, oldest first."""
        fixed: set[Any] = {row[0] for row in DEPARTMENTS} | {"All Company", "Confidential Projects"}
        groups = self.company.groups.values()
        return [
            group.id
            for group in groups
            if group.attributes["displayName"] not in fixed
            and "DynamicMembership" not in group.attributes["groupTypes"]
        ]


def _name(user: User) -> str:
    return str(user.attributes.get("displayName") or user.id)
