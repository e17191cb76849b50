"""Build a company from a seed: the people first, then the groups. The same numbers give the same company."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.groups import add_groups
from sandbox.model import Company
from sandbox.people import add_blemishes, add_staff

MEMBERSHIPS_PER_USER = 4.5


def build_company(*, seed: int = 1, users: int = 250, groups: int = 30, memberships: int | None = None) -> Company:
    """Build a healthy tenant of exactly so many users and groups.

    ``memberships`` is an approximate number of direct memberships, 4.5 per user unless given; few groups may not hold
    that many.
    """
    company = Company(seed=seed)
    rng = random.Random(f"company:{seed}")
    with _no_collector():
        add_staff(company, users, rng)
        add_blemishes(company, rng)
        add_groups(company, groups, rng, round(users * MEMBERSHIPS_PER_USER) if memberships is None else memberships)
    return company


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing that is built is garbage; looking for some took a third of the time of a large company."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
