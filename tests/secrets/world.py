"""A whole set-up with planted secrets and a planted directory: Airflow, three tenants' accounts, receivers, a person.

Contoso signs in with a secret out of the environment, Fabrikam with a certificate and Tailspin with a federated token,
both out of Airflow's database, as the receivers of notices are. The PeopleGoal database asks for a password.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql

from entra_sync.local.environment import read_secrets
from entra_sync.local.paths import Local
from entra_sync.local.postgres import Postgres
from sandbox.server.tenant import FederatedCredential
from sandbox.testing import SandboxTenant
from tests.conftest import LocalSetup, free_port, local_setup_in
from tests.e2e.running_airflow import RunningAirflow, running_airflow
from tests.notify.receivers import MailServer, WebHook
from tests.secrets.planted import (
    CLIENT_SECRET,
    DATABASE_PASSWORD,
    GONE_TOKEN,
    HOOK_TOKEN,
    PASSPHRASE,
    PROXY_PASSWORD,
    SMTP_PASSWORD,
    WRONG_TOKEN,
    Keys,
    People,
    address,
    build_people,
    hook_url,
    planted,
)
from tests.secrets.processes import Watch
from tests.secrets.searching import Search

DAG, DECISIONS, NOTICES = "entra_sync_contoso", "entra_sync_decisions", "entra_sync_notices"
FABRIKAM, TAILSPIN = "entra_sync_fabrikam", "entra_sync_tailspin"
NOTIFY = "notify: [mail, hook, gone, wrong]\n"
NO_NIGHTS = "0 0 29 2 *"
ROLE = "goal_sync"
ENV = {"AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True"}
ACCOUNT = f"""schedule: "{NO_NIGHTS}"
guards: {{max_deactivations: {{percent: null, count: 2}}, max_creations: null, protected: [{address("report1")}]}}
"""


@dataclass
class World:
    """The set-up while it lives, and what was said meanwhile: answers, outputs, mails by what gave them."""

    setup: LocalSetup
    people: People
    keys: Keys
    tenant: SandboxTenant
    mail: MailServer
    hook: WebHook
    search: Search
    watch: Watch
    airflow: RunningAirflow = field(init=False)
    said: dict[str, str] = field(default_factory=dict)

    @property
    def accounts(self) -> Path:
        return self.setup.folder.parent / "accounts"

    def account(self, slug: str, text: str = "", guards: str = ACCOUNT) -> None:
        """Write an account file; every name in it is the company's."""
        said = f"account: {slug}\nname: {slug.capitalize()}\n{guards}{text}"
        (self.accounts / f"{slug}.yaml").write_text(said, encoding="utf-8")

    def connect(self, connection_id: str, parts: dict[str, Any]) -> None:
        """What a person does on Airflow's page for connections: press Test, save, and save what is shown once more."""
        body = {"connection_id": connection_id, **parts, "extra": json.dumps(parts["extra"])}
        tested = self.airflow.post("/connections/test", body)
        self.said[f"test of {connection_id}"] = json.dumps(tested)
        shown = self.airflow.post("/connections", body)
        self.said[f"answer for {connection_id}"] = json.dumps(shown)
        # Stars are shown where something is hidden; saving them must not replace it: nights and notices need it.
        self.airflow.patch(f"/connections/{connection_id}", body | {key: shown[key] for key in ("password", "extra")})

    def night(self, state: str = "success", **conf: Any) -> dict[str, Any]:
        """A night of Contoso through Airflow, to its end; gives its row of sync.run."""
        run_id = self.airflow.trigger(DAG, {"mode": "full", **conf})
        ended = self.airflow.wait(DAG, run_id)["state"]
        assert ended == state, {name: task["state"] for name, task in self.airflow.tasks(DAG, run_id).items()}
        return self.rows("select * from sync.run order by id desc limit 1")[0]

    def failed(self, step: str, **conf: Any) -> dict[str, Any]:
        """A night that fails in this step."""
        run = self.night("failed", **conf)
        assert run["error_step"] == step, run
        return run

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        return self.setup.rows(query, *parameters)

    def change(self, statement: str) -> None:
        """Change something in the PeopleGoal database, as its administrator may."""
        with self.setup.database() as url, psycopg.connect(url) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def command(self, *command: str, status: int = 0) -> str:
        """``entra-sync`` as a person types it; gives what it prints."""
        return self._said("entra-sync " + command[0], self.setup.plain(*command), status)

    def airflow_command(self, *command: str) -> str:
        """``airflow`` in the set-up's environment."""
        return self._said("airflow " + command[0], self.setup.run("run", "airflow", *command), 0)

    def _said(self, name: str, done: subprocess.CompletedProcess[str], status: int) -> str:
        assert done.returncode == status, (name, done.stdout[-2000:], done.stderr[-4000:])
        number = sum(key.startswith(name) for key in self.said)
        self.said[f"{name} {number}: output"], self.said[f"{name} {number}: errors"] = done.stdout, done.stderr
        return done.stdout

    def page(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """The page Sync history, as a browser asks for it."""
        headers = {"Accept": "text/html", "sec-fetch-site": "same-origin"}
        return self.airflow.client.request(method, f"/sync-history{path}", headers=headers, **arguments)


@contextmanager
def world() -> Iterator[World]:
    """The set-up, Airflow up; down at the end of the block, and the databases still there."""
    keys, people = Keys(), build_people()
    with ExitStack() as stack:
        setup = stack.enter_context(local_setup_in())
        made = local_secrets(setup)
        search = Search(planted(keys, made))
        tenant = stack.enter_context(SandboxTenant(people.company, delta_page=50))
        tenant.tenant.app = replace(tenant.tenant.app, client_secret=CLIENT_SECRET)
        tenant.settings.certificates.append(keys.certificate.certificate_pem)
        tenant.settings.federated.append(
            FederatedCredential(
                issuer="https://issuer.example",
                subject="system:serviceaccount:sync",
                public_key=keys.federated.public_pem,
            )
        )
        mail, hook = stack.enter_context(MailServer(SMTP_PASSWORD)), stack.enter_context(WebHook())
        watch = stack.enter_context(Watch(search, setup.folder))
        found = World(setup, people, keys, tenant, mail, hook, search, watch)
        found.accounts.mkdir()
        found.account("contoso", NOTIFY)
        setup.env |= {"ENTRA_SYNC_ACCOUNTS": str(found.accounts), "ENTRA_SYNC_RETRIES": "0"}
        setup.connect_to(tenant.connection())
        database_with_password(setup)
        found.airflow = stack.enter_context(running_airflow(setup, DAG, env=ENV))
        store_connections(found)
        yield found


def local_secrets(setup: LocalSetup) -> dict[str, str]:
    """The keys that a set-up makes for itself the first time."""
    local = Local(folder=setup.folder)
    local.create()
    return vars(read_secrets(local))


def database_with_password(setup: LocalSetup) -> None:
    """A role that owns PeopleGoal's database, and that PostgreSQL asks for its password."""
    with Postgres(setup.folder / "postgres") as server:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            made = sql.SQL("create role {} login password {}").format(sql.Identifier(ROLE), DATABASE_PASSWORD)
            connection.execute(made)
            connection.execute(sql.SQL("alter database peoplegoal owner to {}").format(sql.Identifier(ROLE)))
            rules = server.place.data / "pg_hba.conf"
            rules.write_text(f"local peoplegoal {ROLE} scram-sha-256\n{rules.read_text()}")
            connection.execute("select pg_reload_conf()")
        parts = {"conn_type": "postgres", "host": str(server.place.socket), "port": 5432, "schema": "peoplegoal"}
        login = {"login": ROLE, "password": DATABASE_PASSWORD}
        setup.env["AIRFLOW_CONN_PEOPLEGOAL_DB"] = json.dumps(parts | login)


def store_connections(world: World) -> None:
    """Connections in Airflow's database: one by its command line out of a file, the others by its API."""
    file = world.accounts.parent / "mail.json"
    file.write_text(json.dumps({"mail": json.loads(world.mail.connection)}))
    world.airflow_command("connections", "import", str(file))
    file.unlink()
    for name, url in (
        ("hook", hook_url(world.hook.port, HOOK_TOKEN)),
        ("gone", hook_url(free_port(), GONE_TOKEN)),
        ("wrong", f"slack://{WRONG_TOKEN}"),
    ):
        world.connect(name, {"conn_type": "apprise", "extra": {"config": [{"path": url, "tag": "ops"}]}})
    pem = {"certificate_data": world.keys.certificate.pem(PASSPHRASE)}
    world.connect("entra_fabrikam", world.tenant.connection(password=PASSPHRASE, extra=pem))
    token = world.accounts.parent / "federated.token"
    token.write_text(world.keys.token, encoding="ascii")
    by_token = world.tenant.connection(password=None, extra={"federated_token_file": str(token)})
    world.connect("entra_tailspin", by_token)
    through = {"proxies": {"https": f"http://sync:{PROXY_PASSWORD}@127.0.0.1:{free_port()}"}}
    world.connect("entra_adatum", world.tenant.connection(extra=through))
    for slug in ("fabrikam", "tailspin"):
        world.account(slug)
    world.airflow.read_again()
    for dag_id in (FABRIKAM, TAILSPIN):
        world.airflow.wait_for_dag(dag_id)
