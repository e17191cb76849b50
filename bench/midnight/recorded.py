"""What a night was: every step and every request with its times, kept as JSON so that figures can be worked out again.

All times are seconds since the first account was due.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Step:
    """One task instance. ``slot_s``: how long it held its worker's slot, with Airflow's own work around the step."""

    account: str
    name: str
    pool: str
    queued: float
    started: float
    ended: float
    slot_s: float
    tries: int


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request to an account's tenant, as its server saw it."""

    account: str
    begun: float
    ended: float


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A look at the database and the machine. ``cpu``: the share of all processors busy since the last look."""

    at: float
    sessions: int
    loads: int
    cpu: float
    load_average: float


@dataclass(frozen=True, kw_only=True)
class Night:
    """Everything. ``slots``: by pool, and ``workers`` for all of them together; ``due``: when each account was."""

    people: dict[str, int]
    due: dict[str, float]
    slots: dict[str, int]
    steps: list[Step]
    requests: list[Request] = field(repr=False)
    samples: list[Sample] = field(repr=False)
    facts: dict[str, Any]

    def by_account(self) -> dict[str, dict[str, Step]]:
        """The steps of each account by name."""
        found: dict[str, dict[str, Step]] = defaultdict(dict)
        for step in self.steps:
            found[step.account][step.name] = step
        return dict(found)

    @property
    def makespan(self) -> float:
        """From the first account's minute to the end of the last step."""
        return max(step.ended for step in self.steps)

    def save(self, path: Path) -> None:
        """Keep it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Night:
        """A night that was kept."""
        found = json.loads(path.read_text())
        found["steps"] = [Step(**one) for one in found["steps"]]
        found["requests"] = [Request(**one) for one in found["requests"]]
        found["samples"] = [Sample(**one) for one in found["samples"]]
        return cls(**found)
