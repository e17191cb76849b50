"""A directory in a few words, and nights of it: the curated tables as transform makes them, without Entra."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pyarrow as pa
from psycopg.rows import dict_row

from entra_sync import record
from entra_sync.config.account import AccountConfig
from entra_sync.db import connect
from entra_sync.issues import ISSUE_SCHEMA
from entra_sync.load import Curated, LoadResult, SnapshotRef, load_run

COLUMNS = ("first_name", "last_name", "display_name", "job_title", "department", "employee_id")
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
TABLES = {
    "account": "id",
    "app_user": "id",
    "profile": "user_id",
    "team": "id",
    "team_member": "team_id, user_id",
}


def entra_id(name: str) -> str:
    """A person's or group's object id: the same for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


@dataclass
class Person:
    """One row of the tenant's users."""

    name: str
    email: str | None = ""
    state: str = "in_scope"
    reason: str | None = None
    manager: str | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str | None:
        """``name@contoso.com`` unless said otherwise."""
        return f"{self.name}@contoso.com" if self.email == "" else self.email


@dataclass
class Group:
    """One row of the tenant's groups."""

    name: str
    members: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    # Who leads by the directory's word, as with ``lead: owner``.
    owner: str | None = None
    description: str | None = None
    email: str | None = None


@dataclass
class Directory:
    """A tenant: people by name, groups by name."""

    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    columns: tuple[str, ...] = COLUMNS
    managers: bool = True

    @classmethod
    def of(cls, *names: str) -> Directory:
        """A tenant of people with these names."""
        directory = cls()
        for name in names:
            directory.add(name)
        return directory

    def add(self, name: str, **values: Any) -> Person:
        """One more person; unknown keywords are profile columns."""
        own = {key: values.pop(key) for key in list(values) if key in Person.__dataclass_fields__}
        self.people[name] = Person(name=name, **own, values={"display_name": name.title(), **values})
        return self.people[name]

    def group(self, name: str, *members: str, **values: Any) -> Group:
        """One more group."""
        self.groups[name] = Group(name=name, members=list(members), **values)
        return self.groups[name]

    def curated(self, issues: list[dict[str, Any]] | None = None) -> Curated:
        """The day's tables."""
        everybody = sorted(self.people.values(), key=lambda person: entra_id(person.name))
        inside = [person for person in everybody if person.state == "in_scope"]
        ids = {person.name for person in inside}
        profile: dict[str, pa.Array] = {
            "entra_id": texts(entra_id(person.name) for person in inside),
            "email": texts(person.address for person in inside),
        }
        for name in self.columns:
            kind = pa.date32() if name == "hire_date" else pa.string()
            profile[name] = pa.array([person.values.get(name) for person in inside], kind)
        managers = {person.name: person.manager for person in inside if self.managers and person.manager in ids}
        if self.managers:
            profile["manager_entra_id"] = texts(
                entra_id(managers[p.name] or "") if p.name in managers else None for p in inside
            )
        profile["custom_fields"] = texts(json.dumps(person.custom) for person in inside)
        leads = {g.name: entra_id(g.owner) for g in self.groups.values() if g.owner in ids}
        teams = [
            (f"group:{entra_id(g.name)}", "group", entra_id(g.name), g.name, g.description, g.email, leads.get(g.name))
            for g in self.groups.values()
        ]
        members = [
            (f"group:{entra_id(g.name)}", entra_id(member), "lead" if member == g.owner else role)
            for g in self.groups.values()
            for role, names in (("member", g.members), ("lead", g.leads))
            for member in names
            if member in ids
        ]
        for boss in sorted({name for name in managers.values() if name}):
            key = f"manager:{entra_id(boss)}"
            teams.append((key, "manager", entra_id(boss), boss.title(), None, None, entra_id(boss)))
            members.append((key, entra_id(boss), "lead"))
            members += [(key, entra_id(p), "member") for p, manager in managers.items() if manager == boss]
        team_names = ("key", "kind", "entra_id", "name", "description", "email", "lead_entra_id")
        return Curated(
            profile=pa.table(profile),
            team=table(team_names, sorted(teams)),
            team_member=table(("team_key", "user_entra_id", "role"), sorted(members)),
            person=table(
                ("entra_id", "email", "label", "state", "reason"),
                [(entra_id(p.name), p.address, p.values.get("display_name"), p.state, p.reason) for p in everybody],
            ),
            issues=pa.Table.from_pylist(issues or [], schema=ISSUE_SCHEMA),
        )


def texts(values: Any) -> pa.Array:
    """A column of text."""
    return pa.array(list(values), pa.string())


def table(names: tuple[str, ...], rows: list[Any]) -> pa.Table:
    """A table of text."""
    return pa.table({name: texts(row[i] for row in rows) for i, name in enumerate(names)})


@dataclass
class Nights:
    """One account, night after night, on a real database."""

    url: str
    slug: str = "contoso"
    config: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    def account(self) -> AccountConfig:
        """The account file; guards are off unless the test is about them."""
        off = {"max_deactivations": None, "max_creations": None, "max_team_loss": None}
        config = {"guards": off, **self.config}
        return AccountConfig.model_validate({"account": self.slug, "name": self.slug.title(), **config})

    def open(self, *, dry_run: bool = False, **options: Any) -> record.Run:
        """Open the next night's run."""
        self.count += 1
        with connect(self.url) as connection:
            return record.open_run(
                connection,
                account=self.slug,
                name=self.slug.title(),
                dag_id=f"entra_sync_{self.slug}",
                dag_run_id=f"{self.slug}-{self.count}",
                run_type="manual",
                mode="full",
                dry_run=dry_run,
                **options,
            )

    def snapshot(self, directory: Directory, **values: Any) -> SnapshotRef:
        """The night's snapshot: complete, a day after the former."""
        known: dict[str, Any] = {
            "uri": f"landing/{self.slug}/{self.count}",
            "as_of": FIRST + timedelta(days=self.count),
            "complete": True,
            "mode": "full",
            "config_fingerprint": "0",
            "users": len(directory.people),
            # A tenant has more groups than those that are teams here.
            "groups": len(directory.groups) + 1,
        }
        return SnapshotRef(**(known | values))

    def load(self, run: record.Run, directory: Directory, **values: Any) -> LoadResult:
        """The step load alone."""
        issues = values.pop("issues", None)
        return load_run(
            self.url,
            run=run,
            account=self.account(),
            curated=directory.curated(issues),
            snapshot=self.snapshot(directory, **values),
        )

    def run(self, directory: Directory, *, dry_run: bool = False, **values: Any) -> LoadResult:
        """A whole night; the run is closed also when load fails."""
        run = self.open(dry_run=dry_run)
        try:
            with record.working(self.url, run, step="load"):
                return self.load(run, directory, **values)
        finally:
            with connect(self.url) as connection:
                record.close_run(connection, self.slug, run.dag_run_id, issues=None)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Ask the database."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query, values or None).fetchall()

    def do(self, query: str, *values: Any) -> None:
        """What PeopleGoal itself does meanwhile."""
        with psycopg.connect(self.url) as connection:
            connection.execute(query, values or None)

    def user(self, name: str) -> dict[str, Any]:
        """A person's app_user and profile, by the name in the directory."""
        (row,) = self.rows(
            "select u.*, p.*, m.entra_id::text as manager from peoplegoal.app_user u"
            " join peoplegoal.account a on a.id = u.account_id"
            " left join peoplegoal.profile p on p.user_id = u.id"
            " left join peoplegoal.app_user m on m.id = p.manager_id where u.entra_id = %s and a.slug = %s",
            entra_id(name),
            self.slug,
        )
        return row

    def members(self, name: str, kind: str = "group") -> dict[str, str]:
        """Object id -> role of a team's members, by the name of its group or manager."""
        found = self.rows(
            "select u.entra_id::text as id, m.role from peoplegoal.team_member m"
            " join peoplegoal.team t on t.id = m.team_id join peoplegoal.app_user u on u.id = m.user_id"
            " where t.entra_id = %s and t.kind = %s",
            entra_id(name),
            kind,
        )
        return {row["id"]: row["role"] for row in found}

    def changes(self) -> list[dict[str, Any]]:
        """The newest run's changes."""
        with connect(self.url) as connection:
            return record.changes(connection, self.last()["id"])

    def issues(self) -> list[dict[str, Any]]:
        """The newest run's issues."""
        with connect(self.url) as connection:
            return record.issues(connection, self.last()["id"])

    def codes(self) -> list[str]:
        """The newest run's issue codes."""
        return [issue["code"] for issue in self.issues()]

    def last(self) -> dict[str, Any]:
        """The newest run's row."""
        return self.rows("select * from sync.run order by id desc limit 1")[0]

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of the application with the version that PostgreSQL gives it: equal means not written."""
        return {
            name: self.rows(f"select xmin::text as version, t.* from peoplegoal.{name} t order by {key}")
            for name, key in TABLES.items()
        }


def kinds(changes: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Entity, action, status of each change, sorted."""
    return sorted((c["entity"], c["action"], c["status"]) for c in changes)


def change(changes: list[dict[str, Any]], entity: str, action: str, name: str) -> dict[str, Any]:
    """The one change of that kind for that person or team."""
    (found,) = [c for c in changes if (c["entity"], c["action"], c["entra_id"]) == (entity, action, entra_id(name))]
    return found
