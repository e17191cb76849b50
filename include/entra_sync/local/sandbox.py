"""The sandbox tenant in the background, for accounts that have no Entra connection yet; its company stays on disk."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from entra_sync.errors import ConfigurationError
from entra_sync.local import processes
from entra_sync.local.paths import Local, project_root
from entra_sync.local.shared import Shared

RECORD = "sandbox.process"


class Sandbox(Shared):
    """The sandbox tenant of a set-up, for the time that it is used; the last one stops it."""

    def __init__(self, local: Local, environ: Mapping[str, str]) -> None:
        super().__init__(lock=local.file("sandbox.lock"), users=local.file("sandbox.users"))
        self.local = local
        self.environ = environ
        self._record = local.file(RECORD)

    def _ensure_running(self) -> None:
        if not self._answers():
            self._stop()
            self._start()

    def _stop(self) -> None:
        processes.stop(self._record)

    def connection(self) -> str:
        """The tenant's Entra connection, as Airflow reads it."""
        return json.dumps(self._state()["connection"])

    @contextmanager
    def scenario(self, name: str) -> Iterator[None]:
        """Let the tenant misbehave meanwhile, and be healthy again afterwards. Raises ConfigurationError."""
        self._begin(name)
        try:
            yield
        finally:
            self._begin("healthy")

    def _begin(self, name: str) -> None:
        command = processes.python_module("sandbox", "scenario", name, "--state", str(self.local.sandbox))
        done = subprocess.run(command, cwd=project_root(), env=self._environ(), capture_output=True, text=True)
        if done.returncode:
            raise ConfigurationError(done.stderr.strip(), hint="SCENARIO=healthy is a night without trouble.")
        print(f"  {done.stdout.strip()}", flush=True)

    def _environ(self) -> dict[str, str]:
        # It needs no connection of anybody.
        kept = {key: value for key, value in self.environ.items() if not key.startswith("AIRFLOW")}
        return {**kept, "PYTHONPATH": str(project_root())}

    def _answers(self) -> bool:
        process = processes.remembered(self._record)
        try:
            state = self._state()
        except (FileNotFoundError, ValueError):
            return False
        if process is None or state.get("pid") != process.pid:
            return False
        with socket.socket() as probe:
            probe.settimeout(2)
            return probe.connect_ex(("127.0.0.1", int(state["port"]))) == 0

    def _state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.local.sandbox / "server.json").read_text())
        return found

    def _start(self) -> None:
        log = self.local.file("sandbox.log")
        command = processes.python_module("sandbox", "serve", "--state", str(self.local.sandbox))
        process = processes.start(command, record=self._record, log=log, environ=self._environ(), cwd=project_root())
        while process.alive:
            if self._answers():
                return
            time.sleep(0.02)
        raise ConfigurationError(f"The sandbox tenant did not start:\n{processes.tail(log)}\nIts log is {log}.")
