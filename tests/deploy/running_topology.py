"""The services of docker-compose.yaml as processes of this machine, with the file's very commands and environments.

What differs is said in ``Topology.here``: names of hosts, ports, and paths. Each process is given the secrets that its
service lists and no other; PostgreSQL asks every role but its owner for the password.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import psutil
import psycopg

from entra_sync.local.postgres import Postgres
from tests.conftest import ROOT, LocalSetup, free_port, short_folder
from tests.deploy.composition import Here, read
from tests.e2e.running_airflow import RunningAirflow

HBA = "local all postgres trust\nlocal all all scram-sha-256\n"
ACCOUNTS = {"contoso": "Contoso", "fabrikam": "Fabrikam"}


def redis_program() -> str | None:
    """Redis or Valkey, whichever the machine has."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


class SignedIn(RunningAirflow):
    """Airflow's API, signed in as the administrator that ``init`` made, with the password of the secret."""

    def __enter__(self) -> Self:
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=None)
        password = (self.setup.folder / "secrets" / "admin_password").read_text()
        token = self.request("POST", "/auth/token", json={"username": "admin", "password": password})
        self.client.headers["Authorization"] = f"Bearer {token['access_token']}"
        return self


@dataclass
class Topology:
    """A folder with secrets, accounts, logs and store; its processes by name.

    ``more`` is added to every service's environment, as a compose.override.yaml would.
    """

    folder: Path
    server: Postgres
    workers: int = 2
    more: Mapping[str, str] = field(default_factory=dict)
    dags: Path = ROOT / "dags"
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = {name: free_port() for name in ("api", "redis", "health", "sandbox")}
        self.url = f"http://127.0.0.1:{self.ports['api']}"
        self.services: dict[str, Any] = read({"ENTRA_SYNC_URL": self.url})["services"]

    @property
    def here(self) -> Here:
        """Paths of the image and hosts of its networks, by what stands for them here; the first that fits is taken."""
        socket = self.server.place.socket
        return Here(
            rules=(
                ("/opt/airflow/dags", str(self.dags)),
                ("/opt/airflow/plugins", str(ROOT / "plugins")),
                ("/opt/airflow/init", str(ROOT / "deploy" / "init")),
                ("/opt/airflow/webserver_config.py", str(ROOT / "deploy" / "webserver_config.py")),
                ("/opt/airflow/", f"{self.folder}/"),
                ("/opt/airflow", str(self.folder / "home")),
                ("/tmp/worker.pid", str(self.folder / "worker.pid")),
                ("/data", str(self.folder / "redis")),
                ("http://api-server:8080", self.url),
                ("redis:6379", f"127.0.0.1:{self.ports['redis']}"),
                ("postgres:5432/airflow", f"/airflow?host={socket}&port=5432"),
                ("postgres:5432/celery", f"/celery?host={socket}&port=5432"),
                ('"host": "postgres"', f'"host": "{socket}"'),
                ("8443", str(self.ports["sandbox"])),
            )
        )

    def run(self, name: str, service: str, *more: str) -> subprocess.Popen[bytes]:
        """Start a service's command, with arguments that a container does not need, under a name."""
        parts = self.services[service]
        own = self.folder / "run" / name
        own.mkdir(parents=True)
        for secret in parts.get("secrets", ()):
            (own / secret).symlink_to(self.folder / "secrets" / secret)
        here = Here(rules=(("/run/secrets", str(own)), *self.here.rules))
        environ = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "ENTRA_SYNC"))}
        environ |= here.environment(parts) | dict(self.more)
        environ |= {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT / 'include'}{os.pathsep}{ROOT}",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.ports["api"]),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.ports["health"]),
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [here.text(part) for part in parts["command"]] + list(more),
                env=environ,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.processes[name]

    def start(self) -> None:
        """In the order of ``depends_on``."""
        self._make_secrets()
        self._make_databases()
        program = redis_program()
        assert program, "no redis-server: apt-get install redis-server"
        self.services["redis"]["command"][0] = program
        self.run("redis", "redis", "--port", str(self.ports["redis"]), "--bind", "127.0.0.1")
        self.serve_tenants()
        init = self.run("init", "init")
        assert init.wait() == 0, self.tail("init")
        self.run("api-server", "api-server")
        self._wait_for("metadatabase")
        for name in ("scheduler", "dag-processor", "triggerer"):
            self.run(name, name)
        for name in (f"worker-{number}" for number in range(1, self.workers + 1)):
            # A container has a host name of its own, and a /tmp.
            self.run(name, "worker", "--celery-hostname", f"{name}@%h", "--pid", str(self.folder / f"{name}.pid"))
        own = ("--celery-hostname", "maintenance@%h", "--pid", str(self.folder / "maintenance.pid"))
        self.run("maintenance", "maintenance", *own)
        self._wait_for("metadatabase", "scheduler", "dag_processor", "triggerer")

    def serve_tenants(self) -> None:
        """Write the account files, serve their tenant, and connect them."""
        for account, name in ACCOUNTS.items():
            (self.folder / "accounts" / f"{account}.yaml").write_text(f"account: {account}\nname: {name}\n")
        self.run("sandbox", "sandbox", "--latency-ms", "400")
        server = self.folder / "sandbox-state" / "server.json"
        while not server.exists():
            assert self.processes["sandbox"].poll() is None, self.tail("sandbox")
            time.sleep(0.1)
        # The name of the container is none of this machine.
        said = server.read_text().replace("https://sandbox:", "https://localhost:")
        script = [sys.executable, ROOT / "deploy/compose/connect_sandbox.py", "--file"]
        file = self.folder / "secrets" / "connections.json"
        subprocess.run([*script, file, *ACCOUNTS], input=said, text=True, check=True)
        assert set(json.loads(file.read_text())) == {
            *("peoplegoal_db", "peoplegoal_page"),
            *("entra_contoso", "entra_fabrikam"),
        }

    def kill(self, name: str) -> int:
        """What a power cut does to a container: every process of it ends at once. Gives how many."""
        parent = psutil.Process(self.processes[name].pid)
        all_of_them = [parent, *parent.children(recursive=True)]
        for process in all_of_them:
            process.kill()
        self.processes[name].wait()
        return len(all_of_them)

    def whose(self, pid: int) -> str:
        """The name of the worker that a process belongs to."""
        above = {pid, *(process.pid for process in psutil.Process(pid).parents())}
        return next(name for name, process in self.processes.items() if process.pid in above)

    def tail(self, name: str) -> str:
        """The end of what a process said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """End everything, the last started first."""
        for process in reversed(self.processes.values()):
            children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for child in children:
                if child.is_running():
                    child.kill()

    def airflow(self) -> SignedIn:
        """Airflow's API."""
        return SignedIn(LocalSetup(folder=self.folder), self.url)

    def _make_secrets(self) -> None:
        subprocess.run(["sh", ROOT / "deploy/compose/make-secrets", self.folder / "secrets"], check=True)
        for path in (self.folder / "secrets").iterdir():
            text = self.here.text(path.read_text())
            path.chmod(0o600)
            path.write_text(text)
        for name in ("home", "logs", "store", "redis", "accounts"):
            (self.folder / name).mkdir()
        (self.folder / "home" / "airflow.cfg").touch()

    def _make_databases(self) -> None:
        """deploy/compose/databases.sql; of psql's own commands it uses one, which puts a file into a variable."""
        for name in ("airflow", "peoplegoal"):
            self.server.drop_database(name)
        variables, statements = {}, []
        for line in (ROOT / "deploy/compose/databases.sql").read_text().splitlines():
            if line.startswith("\\set "):
                _, name, _, file = line.split()
                variables[f":'{name}'"] = (self.folder / "secrets" / Path(file.rstrip("`")).name).read_text()
            elif not line.startswith("--"):
                statements.append(line)
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            for statement in " ".join(statements).split(";"):
                for name, value in variables.items():
                    statement = statement.replace(name, f"'{value}'")
                if statement.strip():
                    connection.execute(statement)  # type: ignore[call-overload]

    def _wait_for(self, *wanted: str) -> None:
        while True:
            for name, process in self.processes.items():
                assert name == "init" or process.poll() is None, f"{name} ended:\n{self.tail(name)}"
            try:
                parts = httpx.get(f"{self.url}/api/v2/monitor/health", trust_env=False, timeout=10).json()
            except (httpx.TransportError, ValueError):
                parts = {}
            if all((parts.get(part) or {}).get("status") == "healthy" for part in wanted):
                return
            time.sleep(0.5)


Kind = TypeVar("Kind", bound=Topology)


@contextmanager
def running_topology(kind: type[Kind], *, settings: Mapping[str, str] | None = None, **options: Any) -> Iterator[Kind]:
    """Everything of docker-compose.yaml, with the profile ``sandbox``; ``settings`` of PostgreSQL beside the file's."""
    command = read({"ENTRA_SYNC_URL": "http://localhost"})["services"]["postgres"]["command"]
    theirs = dict(part.split("=", 1) for part in command if "=" in part)
    with short_folder() as folder:
        hba = folder / "pg_hba.conf"
        hba.write_text(HBA)
        hba.chmod(0o644)
        with Postgres(folder / "postgres", settings={"hba_file": str(hba), **theirs, **(settings or {})}) as server:
            work = folder / "topology"
            work.mkdir()
            topology = kind(folder=work, server=server, **options)
            try:
                topology.start()
                yield topology
            finally:
                topology.stop()
                kept = os.environ.get("ENTRA_SYNC_TOPOLOGY_LOGS")
                if kept:
                    shutil.copytree(work, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("secrets", "run"))
