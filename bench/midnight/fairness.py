"""Who waited how long: from the minute that an account was due to the end of its run, by size."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles

from bench.midnight.ideal import longest
from bench.midnight.recorded import Night


@dataclass(frozen=True, kw_only=True)
class Waited:
    """One account. Seconds: until its first step began, until its run was closed, of own work, and the longest pause
    between two steps once it had begun."""

    account: str
    people: int
    begun_s: float
    done_s: float
    work_s: float
    pause_s: float

    @property
    def slowdown(self) -> float:
        """Time in the system over own work: 1 when nobody else is there."""
        return self.done_s / self.work_s


def waited(night: Night) -> list[Waited]:
    """Every account, the smallest first."""
    found = []
    for account, steps in night.by_account().items():
        due = night.due[account]
        spans = sorted((step.started, step.ended) for step in steps.values())
        pauses, end = [0.0], spans[0][1]
        for started, ended in spans[1:]:
            pauses.append(started - end)
            end = max(end, ended)
        found.append(
            Waited(
                account=account,
                people=night.people[account],
                begun_s=spans[0][0] - due,
                done_s=steps["close_run"].ended - due,
                work_s=longest(steps),
                pause_s=max(pauses),
            )
        )
    return sorted(found, key=lambda one: (one.people, one.account))


def jain(values: list[float]) -> float:
    """Jain's index: 1 when all are alike, 1/n when one has everything (Jain, Chiu and Hawe, 1984)."""
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values))


def quarters(found: list[Waited]) -> list[list[Waited]]:
    """Four parts by size, as even as can be; fewer of fewer than four."""
    number = len(found)
    parts = (found[number * part // 4 : number * (part + 1) // 4] for part in range(4))
    return [part for part in parts if part]


def tenths(values: list[float]) -> tuple[float, float, float]:
    """The median, what nine of ten stay under, and the largest."""
    ninth = quantiles(values, n=10, method="inclusive")[8] if len(values) > 1 else values[0]
    return median(values), ninth, max(values)
