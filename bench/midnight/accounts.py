"""Accounts of very different sizes: the n-th largest has the largest's people divided by n (Zipf)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

SMALLEST = 5


@dataclass(frozen=True, kw_only=True)
class Account:
    """One customer: its slug says nothing of its size."""

    slug: str
    people: int

    def file(self, due: datetime, *, told: bool) -> str:
        """The account file; ``told``: Airflow hears how large the account is.

        The cron names the day too: a new DAG makes good the start that it missed last, and here there is none.
        """
        lines = [
            f"account: {self.slug}",
            f"name: Account {self.slug}",
            f'schedule: "{due.minute} {due.hour} {due.day} {due.month} *"',
            f"expected_people: {self.people if told else 0}",
        ]
        return "\n".join([*lines, ""])


def accounts(number: int, *, largest: int, seed: int) -> list[Account]:
    """So many accounts, in an order that has nothing to do with their sizes."""
    sizes = [max(SMALLEST, round(largest / rank)) for rank in range(1, number + 1)]
    random.Random(seed).shuffle(sizes)
    return [Account(slug=f"customer-{place:03}", people=people) for place, people in enumerate(sizes)]
