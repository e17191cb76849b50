"""PeopleGoal in memory: what a night must make of it, person by person, without SQL.

Written from the rules (docs/account-file.md, docs/loading.md), not from the statements.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.load.factory import Directory, entra_id

Key = tuple[str, str]


@dataclass
class User:
    """One person of PeopleGoal. office and badge are the application's own."""

    email: str | None
    status: str = "ready_to_invite"
    title: str | None = None
    site: str | None = None
    manager: str | None = None
    office: str | None = None
    badge: str | None = None


@dataclass
class Team:
    """A team: active or archived, its members with their roles, its lead, its description.

    Who leads a group's team is the application's own, as nobody asks for owners here; so is the description of a
    manager's team, which the directory does not have.
    """

    active: bool = True
    members: dict[str, str] = field(default_factory=dict)
    lead: str | None = None
    description: str | None = None


@dataclass
class Rules:
    """What the account file says; None: no limit. ``protected``: names and addresses."""

    leave_at_most: int | None = None
    join_at_most: int | None = None
    team_loss: float | None = None
    min_members: int = 2
    grace: int = 0
    protected: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    reports: str = "none"

    def config(self) -> dict[str, Any]:
        """The same as an account file says it."""
        loss = {"percent": self.team_loss, "min_members": self.min_members} if self.team_loss is not None else None
        return {
            "guards": {
                "max_deactivations": None if self.leave_at_most is None else {"count": self.leave_at_most},
                "max_creations": None if self.join_at_most is None else {"count": self.join_at_most},
                "max_team_loss": loss,
                "grace_days": self.grace,
                "protected": [one.title() if "@" in one else entra_id(one) for one in self.protected],
            },
            "leavers": {**dict.fromkeys(self.ignored, "ignore"), "reports": self.reports},
        }


@dataclass
class PeopleGoal:
    """The account, and what the sync remembers of it."""

    users: dict[str, User] = field(default_factory=dict)
    teams: dict[Key, Team] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    stand_ins: dict[str, tuple[str, str]] = field(default_factory=dict)
    decisions: dict[str, tuple[frozenset[Any], str]] = field(default_factory=dict)
    loaded: bool = False

    def night(self, directory: Directory, rules: Rules, day: int, *, complete: bool) -> None:
        """Load one directory."""
        Night(self, directory, rules, day, complete).load()

    def answer(self, kind: str, status: str) -> None:
        """What a person decides about an open question."""
        if self.decisions.get(kind, (None, ""))[1] == "open":
            self.decisions[kind] = (self.decisions[kind][0], status)


class Night:
    """One load, step by step."""

    def __init__(self, now: PeopleGoal, directory: Directory, rules: Rules, day: int, complete: bool) -> None:
        self.now, self.directory, self.rules, self.day = now, directory, rules, day
        self.complete = complete
        self.may_leave = complete and not (now.users and not directory.people)
        self.inside = {n: p for n, p in directory.people.items() if p.state == "in_scope"}
        self.present = {name: user for name, user in now.users.items() if user.status != "deactivated"}
        self.population = len(self.present)

    def load(self) -> None:
        """Everything, in the order in which the rules depend on each other."""
        leaving = self._leaving()
        self.leavers = set() if self._is_held("leave", self._why(leaving), self.rules.leave_at_most) else leaving
        self.active = self._addresses()
        self._managers()
        self._teams()
        for name in self.leavers:
            self.now.users[name].status = "deactivated"
            self.now.since.pop(name, None)
        self.now.loaded = True

    def _state(self, name: str) -> str:
        person = self.directory.people.get(name)
        return person.state if person else "deleted"

    def _leaving(self) -> set[str]:
        """Who is to leave tonight; keeps the days of grace."""
        leaving, waiting = set(), set()
        for name in self.present:
            state = self._state(name)
            if state in ("in_scope", "rejected"):
                self.now.since.pop(name, None)
            elif self.may_leave and state not in self.rules.ignored:
                since = self.now.since.get(name, self.day)
                is_protected = bool(self.rules.protected & {name, self.present[name].email})
                if not is_protected and self.day < since + self.rules.grace:
                    self.now.since[name] = since
                    waiting.add(name)
                elif not is_protected:
                    leaving.add(name)
            elif self.may_leave:
                self.now.since.pop(name, None)
        return leaving

    def _why(self, names: set[str]) -> frozenset[Any]:
        return frozenset((name, self._state(name)) for name in names)

    def _is_held(self, kind: str, rows: frozenset[Any], limit: int | None) -> bool:
        return self._held_rows(kind, rows, over=limit is not None and len(rows) > limit)

    def _held_rows(self, kind: str, rows: frozenset[Any], *, over: bool) -> bool:
        """Whether rows over a limit are held, by what was decided about exactly these."""
        asked, status = self.now.decisions.get(kind, (None, ""))
        same = over and asked == rows
        if status in ("open", "approved") and not same:
            self.now.decisions[kind] = (asked or frozenset(), "superseded")
        if not over:
            return False
        if same and status == "approved":
            self.now.decisions[kind] = (rows, "applied")
            return False
        if not (same and status in ("open", "rejected", "expired")):
            self.now.decisions[kind] = (rows, "open")
        return True

    def _addresses(self) -> set[str]:
        """Who is in PeopleGoal and in scope after tonight; whoever has an address keeps it."""
        users = self.now.users
        wants = {name: person.address for name, person in self.inside.items()}
        stays = {n: u.email for n, u in self.present.items() if n not in wants and n not in self.leavers}
        has = {n: u.email for n, u in self.present.items() if n in wants}
        moving = {n for n in wants if has.get(n) != wants[n] or n not in has}
        settled: dict[str, str | None] = {**stays, **{n: e for n, e in wants.items() if n not in moving}}
        while True:
            claims: dict[str | None, list[str]] = {}
            for name, address in [*settled.items(), *((n, wants[n]) for n in moving)]:
                claims.setdefault(address, []).append(name)
            losers = {n for n in moving if wants[n] is not None and len(claims[wants[n]]) > 1}
            if not losers:
                break
            moving -= losers
            settled |= {n: has[n] for n in losers if n in has}
        new = {n for n in moving if n not in users}
        fresh = frozenset((n, wants[n]) for n in new)
        limit = self.rules.join_at_most if self.now.loaded and self.population else None
        if self._is_held("join", fresh, limit):
            moving -= new
        active = {n for n in wants if n in moving or n in has}
        for name in active:
            user = users.setdefault(name, User(email=None))
            if user.status == "deactivated":
                user.status = "ready_to_invite"
            if name in moving:
                user.email = wants[name]
            user.title = self.inside[name].values["job_title"]
            user.site = self.inside[name].custom["site"]
        return active

    def _gone(self, name: str) -> bool:
        left = self.now.users[name].status == "deactivated" and name not in self.active
        return left or name in self.leavers

    def _managers(self) -> None:
        users, before = self.now.users, {n: u.manager for n, u in self.now.users.items()}
        named = {n: self.inside[n].manager for n in self.active}
        boss = {n: m if m in self.inside and m in self.active else None for n, m in named.items()}
        alone = {n for n in self.present if n not in self.active and n not in self.leavers}
        self.kept: dict[str, str] = {}
        heirs: dict[str, tuple[str, str]] = {}
        for name in sorted(self.active):
            old = before[name]
            if boss[name] is not None:
                continue
            if old in alone and self._state(str(old)) != "rejected":
                self.kept[name] = str(old)
            elif self.rules.reports == "keep" and old and self._gone(old):
                self.kept[name] = old
            elif self.rules.reports == "to_managers_manager" and (heir := self._heir(name, before)):
                heirs[name] = heir
        links = self.kept | {name: heir for name, (_, heir) in heirs.items()}
        for name in self._circles(links, boss, before):
            self.kept.pop(name, None)
            heirs.pop(name, None)
        self.heirs = {name: heir for name, (_, heir) in heirs.items()}
        for name in self.active:
            users[name].manager = boss[name] or self.kept.get(name) or self.heirs.get(name)
        kept_by_absent = {n: s for n, s in self.now.stand_ins.items() if n in alone}
        self.now.stand_ins = kept_by_absent | heirs
        self.alone = alone

    def _heir(self, name: str, before: dict[str, str | None]) -> tuple[str, str] | None:
        """The leaver, and the nearest one above who is still there."""
        leaver = self.now.stand_ins[name][0] if name in self.now.stand_ins else before[name]
        if not leaver or not self._gone(leaver):
            return None
        path, place = {leaver}, before[leaver]
        while place and place not in path and self._gone(place):
            path.add(place)
            place = before[place]
        return (leaver, place) if place and place not in path and place != name else None

    def _circles(self, links: dict[str, str], boss: dict[str, str | None], before: dict[str, str | None]) -> set[str]:
        """Of every circle that kept links close, the link of the smallest object id."""
        links, dropped = dict(links), set()

        def above(name: str) -> str | None:
            return boss[name] or links.get(name) if name in self.active else before.get(name)

        while True:
            found = set()
            for start in links:
                path, place = [start], links[start]
                while place is not None and place not in path:
                    path.append(place)
                    place = above(place)  # type: ignore[assignment]
                if place == start:
                    found.add(min((n for n in path if n in links), key=entra_id))
            if not found:
                return dropped
            dropped |= found
            links = {name: manager for name, manager in links.items() if name not in found}

    def _teams(self) -> None:
        wanted = self._wanted()
        losses: dict[Key, set[str]] = {}
        for key, members in wanted.items():
            team = self.now.teams.setdefault(key, Team())
            team.active = True
            self._lead_and_description(key, team)
            stay = set(members) | self.alone | self.leavers
            losses[key] = {n for n in team.members if n not in stay} if self.may_leave else set()
        for key, team in self.now.teams.items():
            if key not in wanted and team.active and self.may_leave:
                self._unwanted(key, team, losses)
        over = set()
        for key, lost in losses.items():
            size = len(self.now.teams[key].members)
            limit = self.rules.team_loss
            if limit is not None and size >= self.rules.min_members and len(lost) * 100 > size * limit:
                over.add(key)
        rows = frozenset((key, name) for key in over for name in losses[key])
        held = self._held_rows("loss", rows, over=bool(over))
        for key, lost in losses.items():
            team = self.now.teams[key]
            gone = (set() if held and key in over else lost) | (self.leavers if self.may_leave else set())
            stay = {name: role for name, role in team.members.items() if name not in gone}
            named = wanted.get(key, {})
            team.members = {**named, **stay} if key[0] == "group" else {**stay, **named}

    def _lead_and_description(self, key: Key, team: Team) -> None:
        """What the directory says of a team; of a manager who is left alone the team is left alone too."""
        kind, name = key
        if kind == "group":
            team.description = self.directory.groups[name].description
        elif name in self.active:
            team.lead = name
        elif self.complete and name not in self.alone:
            team.lead = None

    def _unwanted(self, key: Key, team: Team, losses: dict[Key, set[str]]) -> None:
        """A team that the directory does not show: archived, or kept for the sake of who is left alone."""
        kind, name = key
        reports = {n for n, m in self.kept.items() if m == name}
        rejected = {n for n, role in team.members.items() if role == "member" and self._state(n) == "rejected"}
        if kind == "manager" and (rejected or (reports and name in self.alone)):
            losses[key] = {n for n, role in team.members.items() if role != "lead" and n not in reports | self.alone}
            losses[key] -= self.leavers
            return
        team.active, team.members = False, {}

    def _wanted(self) -> dict[Key, dict[str, str]]:
        """Teams of the directory, with the members who are there after tonight."""
        wanted: dict[Key, dict[str, str]] = {
            ("group", name): {m: "member" for m in group.members if m in self.active}
            for name, group in self.directory.groups.items()
        }
        reports = {n: p.manager for n, p in self.inside.items() if p.manager in self.inside}
        pairs = [(str(boss), name) for name, boss in reports.items()]
        standing = [
            (heir, name)
            for name, heir in self.heirs.items()
            if ("manager", heir) in self.now.teams or heir in reports.values()
        ]
        for boss, name in [*pairs, *standing]:
            team = wanted.setdefault(("manager", boss), {boss: "lead"} if boss in self.active else {})
            if name in self.active and team.get(name) != "lead":
                team[name] = "member"
        return wanted


def copy(model: PeopleGoal) -> PeopleGoal:
    """A model that may be changed alone."""
    return replace(
        model,
        users={name: replace(user) for name, user in model.users.items()},
        teams={key: replace(team, members=dict(team.members)) for key, team in model.teams.items()},
        since=dict(model.since),
        stand_ins=dict(model.stand_ins),
        decisions=dict(model.decisions),
    )
