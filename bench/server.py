"""A sandbox tenant in a process of its own, and what its administrator can ask it: counts, changes."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running tenant. ``connection``: the parts of the Airflow connection that leads to it."""

    port: int
    connection: dict[str, Any] = field(repr=False)
    admin_token: str = field(repr=False)

    def counters(self) -> dict[str, Any]:
        """What has been asked since the last time this was asked; counting begins anew."""
        return self._ask("/sandbox/counters?reset=1")

    def change(self, share: float) -> dict[str, int]:
        """Change about this share of the users (0.005: half a per cent); says how many changed and how."""
        return self._ask(f"/sandbox/change?share={share}", method="POST")

    def _ask(self, path: str, *, method: str = "GET") -> dict[str, Any]:
        request = urllib.request.Request(
            f"https://localhost:{self.port}{path}",
            method=method,
            headers={"Authorization": f"Bearer {self.admin_token}"},
        )
        context = ssl.create_default_context(cafile=self.connection["extra"]["verify"])
        handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        with urllib.request.build_opener(*handlers).open(request) as response:
            answer: dict[str, Any] = json.loads(response.read())
        return answer


@contextmanager
def serve(state: Path, **options: object) -> Iterator[Served]:
    """Serve a tenant out of ``state``; options as ``python -m sandbox serve`` takes them, with underscores.

    An option that is True is given without a value; one that is None is left out.
    """
    command = [sys.executable, "-m", "sandbox", "serve", "--state", str(state)]
    for name, value in options.items():
        if value is not None:
            command += [f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)])
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            yield _wait(server, state / "server.json")
        finally:
            server.send_signal(signal.SIGTERM)


def _wait(server: subprocess.Popen[bytes], path: Path) -> Served:
    while not path.exists():
        if server.poll() is not None:
            raise RuntimeError(f"The sandbox tenant ended with status {server.returncode}.")
        time.sleep(0.05)
    parts = json.loads(path.read_text(encoding="utf-8"))
    return Served(port=parts["port"], connection=parts["connection"], admin_token=parts["admin_token"])
