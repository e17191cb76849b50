"""A StatsD server for tests: keeps what it is told, with InfluxDB's tags."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Self


@dataclass
class StatsdServer:
    """``values`` holds every line that arrived: (metric, tags, value)."""

    values: list[tuple[str, dict[str, str], float]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()

    @property
    def env(self) -> dict[str, str]:
        """Airflow's settings to tell this server."""
        return {
            "AIRFLOW__METRICS__STATSD_ON": "True",
            "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
            "AIRFLOW__METRICS__STATSD_PORT": str(self.port),
            "AIRFLOW__METRICS__STATSD_PREFIX": "airflow",
            "AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED": "True",
        }

    def wait(self, metric: str, **tags: str) -> float:
        """The newest value of a metric that has these tags, as soon as there is one."""
        while True:
            for name, theirs, value in reversed(self.values):
                if name == metric and tags.items() <= theirs.items():
                    return value
            time.sleep(0.1)

    def _listen(self) -> None:
        while True:
            try:
                told = self._socket.recv(65536).decode()
            except OSError:
                return
            for line in told.splitlines():
                named, _, measured = line.partition(":")
                name, *tags = named.split(",")
                value = float(measured.split("|")[0])
                self.values.append((name, dict(tag.split("=", 1) for tag in tags), value))
