"""Airflow's API server as a process of its own, with the page mounted, after real nights of two accounts.

Its users: ``admin`` and ``operator`` (may run everything), ``viewer`` (may look at everything), ``europe`` (the account
contoso only), ``stranger`` (signed in, no account). Who may see which DAG is said by ``accounts_auth``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from time import sleep
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from entra_sync import pipeline
from entra_sync.config.account import AccountConfig
from entra_sync.local.postgres import ADMIN, PORT, Postgres
from entra_sync.migrations import migrate
from entra_sync.roles import create_roles
from entra_sync.store import Store
from sandbox.company import build_company
from sandbox.day import a_working_day
from sandbox.dirty import make_dirty
from sandbox.testing import SandboxTenant
from tests.conftest import ROOT, free_port, short_folder
from tests.web.browser import PICTURES, chromium, opened  # noqa: F401 - fixtures of the browser's tests
from tests.web.chart_page import chart  # noqa: F401 - the same
from tests.web.names import NASTY

GUARDS = {"max_deactivations": {"percent": 5, "min_population": 10}}
USERS = {"admin": "admin", "operator": "op", "viewer": "viewer", "europe": "op", "stranger": "op"}
ACCOUNT = "account: {slug}\nname: {name}\nschedule: '0 0 * * *'\ntimezone: {zone}\n"
ACCOUNTS = {"contoso": ("Contoso Ltd", "Europe/London"), "fabrikam": ("Fabrikam Inc", "America/New_York")}


@dataclass(kw_only=True)
class Site:
    """A running API server. ``url``: Airflow's; the page is below ``page``."""

    url: str
    database_url: str
    folder: Path
    passwords: dict[str, str]
    log: Path

    @property
    def page(self) -> str:
        return f"{self.url}/sync-history"

    def client(self, user: str | None = None, **headers: str) -> httpx.Client:
        """A browser's session, signed in as a user: by cookie, as Airflow's own pages are."""
        cookies = {"_token": self.token(user)} if user else {}
        return httpx.Client(
            base_url=self.page,
            cookies=cookies,
            headers={"Accept": "text/html", **headers},
            trust_env=False,
            timeout=None,
        )

    def token(self, user: str) -> str:
        login = {"username": user, "password": self.passwords[user]}
        answer = httpx.post(f"{self.url}/auth/token", json=login, trust_env=False, timeout=None)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["access_token"])

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Ask the PeopleGoal database."""
        with psycopg.connect(self.database_url, row_factory=dict_row, autocommit=True) as connection:
            found = connection.execute(query, parameters)  # type: ignore[arg-type]
            return found.fetchall() if found.description else []

    def run_of(self, slug: str, status: str | None = None) -> dict[str, Any]:
        """The newest run of an account, of a status."""
        return self.rows(
            "select run.* from sync.run join peoplegoal.account on account.id = run.account_id"
            " where slug = %s and (%s::text is null or status = %s) order by run.id desc limit 1",
            slug,
            status,
            status,
        )[0]


def night(url: str, folder: Path, tenant: SandboxTenant, slug: str, ago: int, **options: Any) -> None:
    """The run of an account's midnight ``ago`` days ago, as the DAG's tasks do it."""
    name, zone = ACCOUNTS[slug]
    account = AccountConfig.model_validate({"account": slug, "name": name, "timezone": zone, "guards": GUARDS})
    store = Store.at(str(folder / "store"))
    day = datetime.now(ZoneInfo(zone)).date() - timedelta(days=ago)
    ref = pipeline.RunRef(account=account, dag_run_id=f"manual__{day}", database_url=url, store=store)
    dry_run = bool(options.get("dry_run"))
    pipeline.open_run(ref, dag_id=f"entra_sync_{slug}", run_type="manual", mode="full", dry_run=dry_run, day=day)
    try:
        snapshot = pipeline.extract(ref, lambda: tenant.entra_connection(), mode="auto")
        checks = pipeline.validate(ref, snapshot)
        pipeline.load(ref, snapshot, checks, pipeline.transform(ref, snapshot, checks))
    finally:
        pipeline.close_run(ref)
    moved = datetime.combine(day, time(), ZoneInfo(zone))
    with psycopg.connect(url) as connection:
        connection.execute(
            "update sync.run set started_at = %s, finished_at = %s::timestamptz + (finished_at - started_at)"
            " where id = (select max(id) from sync.run)",
            (moved, moved),
        )


def company_nights(url: str, folder: Path) -> None:
    """Contoso: a first night, nasty names and dirt, leavers over the limit, a preview. Fabrikam: one night.

    For pictures a month goes before, so that the charts show what they are for.
    """
    company = build_company(seed=1, users=260, groups=24)
    with SandboxTenant(company) as tenant:
        for ago in range(30, 3, -1) if PICTURES else ():
            night(url, folder, tenant, "contoso", ago)
            a_working_day(company)
        night(url, folder, tenant, "contoso", 3)
        make_dirty(company)
        people = sorted(company.users)
        for user_id, name in zip(people[20:], NASTY, strict=False):
            company.update_user(user_id, displayName=name, jobTitle=name)
        night(url, folder, tenant, "contoso", 2)
        for user_id in people[40:80]:
            company.update_user(user_id, accountEnabled=False)
        for user_id in people[100:110]:
            company.update_user(user_id, department="Research & Development")
        night(url, folder, tenant, "contoso", 1)
        for user_id in people[110:114]:
            company.update_user(user_id, city="Zürich")
        night(url, folder, tenant, "contoso", 0, dry_run=True)
    with SandboxTenant(users=60, groups=12, seed=3) as tenant:
        night(url, folder, tenant, "fabrikam", 2)


@pytest.fixture(scope="session")
def site(postgres: Postgres) -> Iterator[Site]:
    """The server, after the nights; up for all tests of this folder."""
    name = "sync_history"
    postgres.create_database(name)
    url = postgres.url(name)
    migrate(url)
    create_roles(url)
    with psycopg.connect(url) as connection:
        connection.execute("create role page_login login in role peoplegoal_page")
    with short_folder() as folder:
        company_nights(url, folder)
        with served(postgres, name, folder, page_login=True) as running:
            yield running
    postgres.drop_database(name)


class served:
    """Airflow's API server over a database; ended at exit, and its log shown when it does not come up."""

    def __init__(
        self,
        postgres: Postgres,
        database: str,
        folder: Path,
        *,
        stored_connection: bool = False,
        page_login: bool = False,
        names: Mapping[str, tuple[str, str]] = ACCOUNTS,
        plugins: Path = ROOT / "plugins",
    ) -> None:
        self.postgres, self.database, self.folder = postgres, database, folder
        self.names, self.plugins = names, plugins
        self.stored_connection, self.page_login = stored_connection, page_login
        self.accounts = folder / "accounts"

    def __enter__(self) -> Site:
        self.accounts.mkdir(exist_ok=True)
        for slug, (name, zone) in self.names.items():
            (self.accounts / f"{slug}.yaml").write_text(ACCOUNT.format(slug=slug, name=name, zone=zone))
        port = free_port()
        passwords = {user: f"{user}-password" for user in USERS}
        (self.folder / "passwords.json").write_text(json.dumps(passwords))
        env = self._environment(port)
        python = [sys.executable, "-m"]
        subprocess.run([*python, "airflow", "db", "migrate"], env=env, check=True, capture_output=True)
        connection = env["AIRFLOW_CONN_PEOPLEGOAL_DB"]
        if self.stored_connection:
            del env["AIRFLOW_CONN_PEOPLEGOAL_DB"]
            add = [*python, "airflow", "connections", "add", "peoplegoal_db", "--conn-json", connection]
            subprocess.run(add, env=env, check=True, capture_output=True)
        log = self.folder / "api-server.log"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*python, "airflow", "api-server"], env=env, stdout=out, stderr=out, start_new_session=True
            )
        site = Site(
            url=f"http://127.0.0.1:{port}",
            database_url=self.postgres.url(self.database),
            folder=self.folder,
            passwords=passwords,
            log=log,
        )
        while True:
            try:
                if httpx.get(f"{site.url}/api/v2/monitor/health", trust_env=False).status_code == 200:
                    return site
            except httpx.TransportError:
                assert self.process.poll() is None, log.read_text()
            sleep(0.2)

    def __exit__(self, *exc: object) -> None:
        # It waits for its clients when it is asked; nothing of it is kept.
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _environment(self, port: int) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "ENTRA_SYNC", "_AIRFLOW"))}
        connection = {
            "conn_type": "postgres",
            "host": str(self.postgres.place.socket),
            "port": PORT,
            "login": ADMIN,
            "schema": self.database,
        }
        return {
            **kept,
            "AIRFLOW_HOME": str(self.folder / "airflow"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.plugins),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__AUTH_MANAGER": "tests.web.accounts_auth.AccountsAuthManager",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{u}:{r}" for u, r in USERS.items()),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.folder / "passwords.json"),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API_AUTH__JWT_SECRET": "j" * 64,
            "AIRFLOW__API__SECRET_KEY": "s" * 64,
            "AIRFLOW_CONN_PEOPLEGOAL_DB": json.dumps(connection),
            # All that these tests see, a login sees that may read and nothing else.
            **(
                {"AIRFLOW_CONN_PEOPLEGOAL_PAGE": json.dumps({**connection, "login": "page_login"})}
                if self.page_login
                else {}
            ),
            "ENTRA_SYNC_ACCOUNTS": str(self.accounts),
            "ENTRA_SYNC_STORE": str(self.folder / "store"),
            "PYTHONPATH": os.pathsep.join((str(ROOT / "include"), str(ROOT))),
        }
