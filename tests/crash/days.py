"""A directory of a few hundred people, day by day: the same seed and day give the same directory in every process."""

from __future__ import annotations

import random

from tests.load.factory import Directory, Person

PEOPLE, GROUPS = 240, 24


def directory(seed: int, day: int) -> Directory:
    """The directory on a day. Each day brings joiners, leavers, somebody back, movers, other members and groups."""
    rng = random.Random(seed)
    found = Directory()
    for number in range(PEOPLE):
        person = _add(found, f"p{number}", manager=f"p{number // 7}" if number else None)
        person.values["job_title"] = rng.choice(("Lead", "Clerk"))
    for number in range(GROUPS):
        found.group(f"g{number}", *rng.sample(sorted(found.people), 20))
    for today in range(1, day):
        _a_day(found, random.Random(f"{seed}.{today}"), today)
    return found


def _add(found: Directory, name: str, manager: str | None) -> Person:
    return found.add(name, email=f"{name}@contoso.com", manager=manager, job_title=None)


def _a_day(found: Directory, rng: random.Random, today: int) -> None:
    people = sorted(found.people)
    for name in rng.sample(people, 40):
        person = found.people[name]
        what = rng.randrange(5)
        if what == 0:
            person.state = "disabled" if person.state == "in_scope" else "in_scope"
        elif what == 1:
            person.values["job_title"] = f"Title {today}"
        elif what == 2:
            person.manager = rng.choice([None, *(other for other in people if other < name)])
        elif what == 3:
            person.email = f"{name}.{today}@contoso.com"
        else:
            del found.people[name]
    for number in range(8):
        _add(found, f"d{today}n{number}", manager=rng.choice([p for p in people if p in found.people]))
    del found.groups[rng.choice(sorted(found.groups))]
    found.group(f"d{today}", *rng.sample(sorted(found.people), 20))
    for group in rng.sample(sorted(found.groups), 6):
        found.groups[group].members = rng.sample(sorted(found.people), 20)
