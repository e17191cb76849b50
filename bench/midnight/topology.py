"""The services of docker-compose.yaml as processes, with hundreds of accounts and a tenant for each of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psutil

from bench.midnight.accounts import Account
from tests.conftest import ROOT
from tests.deploy.running_topology import Topology

SUCCEEDED = re.compile(r"execute_workload\[([0-9a-f-]{36})\] succeeded in ([0-9.]+)s")


@dataclass
class Midnight(Topology):
    """Accounts are written when everything runs: how long Airflow takes to know them is a figure too."""

    accounts: list[Account] = field(default_factory=list)
    latency_s: float = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        self.graph = self.folder / "graph"
        self.dags = self.folder / "dags"
        self.dags.mkdir()
        for path in (*(ROOT / "dags").glob("*.py"), ROOT / "bench" / "dags" / "empty_accounts.py"):
            shutil.copy(path, self.dags)

    def serve_tenants(self) -> None:
        """Start the tenants' server; every account's connection is there before the account is."""
        self.graph.mkdir()
        people = {account.slug: account.people for account in self.accounts}
        (self.graph / "tenants.json").write_text(json.dumps({"people": people, "latency_s": self.latency_s}))
        command = [sys.executable, "-m", "bench.midnight.graph", str(self.graph)]
        environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'include'}{os.pathsep}{ROOT}"}
        with (self.folder / "graph.log").open("ab") as log:
            self.processes["graph"] = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
            )
        found = self.graph / "connections.json"
        while not found.exists():
            assert self.processes["graph"].poll() is None, self.tail("graph")
            time.sleep(0.1)
        file = self.folder / "secrets" / "connections.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | json.loads(found.read_text())))

    def write_accounts(self, due: datetime, *, told: bool) -> None:
        """All files, and a sign to the DAG processor that there is something new to read."""
        for account in self.accounts:
            (self.folder / "accounts" / f"{account.slug}.yaml").write_text(account.file(due, told=told))
        os.utime(self.dags / "entra_sync.py")

    def end_tenants(self) -> list[tuple[str, float, float]]:
        """Stop the tenants' server; gives its requests: account, begun, ended."""
        self.processes["graph"].terminate()
        self.processes["graph"].wait()
        return [tuple(one) for one in json.loads((self.graph / "requests.json").read_text())]

    def cpu_s(self) -> dict[str, float]:
        """Processor seconds so far, of each part with all that it has started; the workers together."""
        found: dict[str, float] = {}
        pids = {name: process.pid for name, process in self.processes.items() if process.poll() is None}
        for name, pid in {**pids, "postgres": self.server.pid()}.items():
            parent = psutil.Process(pid)
            times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
            part = "workers" if name.startswith("worker-") else name
            # Those of children that have ended are their parents'.
            found[part] = found.get(part, 0.0) + sum(sum(one[:4]) for one in times)
        return found

    def held_slots(self) -> dict[str, float]:
        """Seconds that each task of Celery held a worker's slot, by its id, as the workers told."""
        found: dict[str, float] = {}
        for path in sorted(self.folder.glob("worker-*.log")):
            for task, seconds in SUCCEEDED.findall(_plain(path)):
                found[task] = float(seconds)
        return found


def _plain(path: Path) -> str:
    """A log without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", path.read_text(errors="replace"))
