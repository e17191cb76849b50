"""A tenant with one manager whose every value is unmistakable, some nights of them, and the night after they left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from entra_sync.forget import Forgotten, find_person, forget
from entra_sync.store import Store
from sandbox.testing import SandboxTenant
from tests.e2e.conftest import Nights, quick_retries

__all__ = ["quick_retries"]

# Every text of theirs has the mark in it.
MARK = "Zyxwvut"
CONFIG: dict[str, Any] = {
    "mapping": {"custom.badge": "onPremisesExtensionAttributes.extensionAttribute1"},
    "guards": {"protected": [f"{MARK.lower()}@contoso.com"]},
}


@dataclass(kw_only=True)
class Case:
    """``person``: object id of who left; ``report``: of somebody who reported to them."""

    nights: Nights
    person: str
    report: str

    @property
    def store(self) -> Store:
        return Store.at(str(self.nights.store))

    def places(self, mark: str = MARK) -> list[str]:
        """Where the mark stands: tables of the database, files of the store."""
        return [*in_database(self.nights.url, mark), *in_store(self.nights.store, mark)]

    def leave(self) -> None:
        """Their account is disabled, and a night sees it."""
        self.nights.tenant.company.update_user(self.person, accountEnabled=False)
        self.nights.config = {**CONFIG, "guards": {}}
        self.nights.run()

    def forget(self, wanted: str | None = None) -> Forgotten:
        """Somebody is forgotten, the person if nobody else is named."""
        person = find_person(self.nights.url, "contoso", wanted or self.person)
        return forget(self.nights.url, self.store, person, by="tester")


def in_database(url: str, mark: str) -> list[str]:
    """Tables of ours with a row in which the mark stands, in any case."""
    with psycopg.connect(url) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "select c.oid::regclass::text from pg_class c where c.relkind = 'r'"
                " and c.relnamespace in ('peoplegoal'::regnamespace, 'sync'::regnamespace) order by 1"
            )
        ]
        asked = "select exists (select 1 from {} t where t::text ilike %s)"
        found = [(name, connection.execute(asked.format(name), [f"%{mark}%"]).fetchone()) for name in tables]  # type: ignore[call-overload]
    return [name for name, row in found if row and row[0]]


def in_store(store: Path, mark: str) -> list[str]:
    """Files, by their place in the store, in which the mark stands: Parquet as it reads, everything else as it is."""
    found = []
    for path in sorted(store.rglob("*")):
        if path.is_file():
            text = str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text()
            if mark.lower() in text.lower():
                found.append(str(path.relative_to(store)))
    return found


def mark_everything(nights: Nights, person: str) -> None:
    """Every attribute of the person that is text says who it is."""
    company = nights.tenant.company
    texts = ("displayName", "givenName", "surname", "jobTitle", "department", "companyName", "officeLocation", "city")
    texts += ("state", "country", "mobilePhone", "employeeId", "employeeType", "preferredLanguage")
    values: dict[str, Any] = {name: f"{MARK} {name}" for name in texts}
    values["mail"] = f"{MARK}@contoso.com"
    values["userPrincipalName"] = f"{MARK}@contoso.com"
    values["businessPhones"] = [f"{MARK} 1"]
    values["onPremisesExtensionAttributes"] = {"extensionAttribute1": f"{MARK} badge"}
    company.update_user(person, **values)


@pytest.fixture
def case(database_url: str, tmp_path: Path, quick_retries: None) -> Iterator[Case]:
    """Two nights with the person in them; the second changed them, and found something wrong with them."""
    with SandboxTenant(users=40, groups=8) as tenant:
        nights = Nights(tenant=tenant, url=database_url, store=tmp_path / "store", config=dict(CONFIG))
        company = tenant.company
        report, user = next(
            (one, user)
            for one, user in sorted(company.users.items())
            if user.manager_id in company.users and company.users[user.manager_id].attributes["accountEnabled"]
        )
        person = str(user.manager_id)
        mark_everything(nights, person)
        nights.run()
        company.update_user(person, jobTitle=f"{MARK} promoted", mobilePhone=f"{MARK} no phone")
        nights.run()
        yield Case(nights=nights, person=person, report=report)
