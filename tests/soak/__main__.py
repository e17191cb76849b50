"""``python -m tests.soak --nights 30``: three customers for a month of nights in which everything happens.

Random days, faults, killed processes and servers, changed account files, replays, accidents, answers, undos and people
who are forgotten, an evening's sweep after each night, the same for the same seed. Ends with an error as soon as
something is not true that must be; prints a table, and with ``--picture`` writes it as SVG.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate
from sandbox.testing import SandboxTenant
from tests.conftest import short_folder
from tests.soak.customer import Customer
from tests.soak.picture import draw
from tests.soak.story import Story, Told

CUSTOMERS = {"contoso": (120, 20), "fabrikam": (70, 12), "tailspin": (40, 8)}


def main() -> int:
    """Live, check, tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(short_folder())
        server = stack.enter_context(Postgres(folder / "postgres"))
        server.create_database("soak")
        url = server.url("soak")
        migrate(url)
        customers = []
        for number, (slug, (users, groups)) in enumerate(CUSTOMERS.items(), start=1):
            tenant = stack.enter_context(SandboxTenant(users=users, groups=groups, seed=given.seed * 100 + number))
            customers.append(Customer(slug, tenant, url, folder / "store"))
        story = Story(server, url, folder / "store", customers, random.Random(given.seed))
        story.live(given.nights, say)
        found = story.end()
    tell(story, found["runs"])
    if given.picture:
        given.picture.parent.mkdir(parents=True, exist_ok=True)
        given.picture.write_text(draw(story.told), encoding="utf-8")
    return 0


def say(line: Told) -> None:
    """A line as the night ends."""
    print(
        f"{line.night:>3} {line.customer:<9} {line.event:<16} {line.status:<11} {line.seconds:>6.1f} s"
        f" {line.peak_mib:>5} MiB {line.store_mb:>7.1f} MB",
        flush=True,
    )


def tell(story: Story, runs: int) -> None:
    """What it was, in numbers."""
    statuses = Counter(line.status for line in story.told)
    events = Counter(line.event for line in story.told)
    print(f"\n{len(story.told)} nights, {runs} runs; every database equals its directory, every counter its rows")
    print("  events    " + ", ".join(f"{count} {name}" for name, count in events.most_common()))
    print("  statuses  " + ", ".join(f"{count} {name}" for name, count in statuses.most_common()))
    print(f"  evenings  {story.swept} runs swept of their names, {story.forgotten} people forgotten")
    print("  answers   " + ", ".join(f"{count} {name}" for name, count in story.answers.items()))
    sizes = [line.store_mb for line in story.told]
    tenth = max(1, len(sizes) // 10)
    said = (f"{max(sizes[start : start + tenth]):.1f}" for start in range(0, len(sizes), tenth))
    print(f"  store     {', '.join(said)} MB, largest of each tenth of the nights")
    for customer in CUSTOMERS:
        peaks = [line.peak_mib for line in story.told if line.customer == customer and line.peak_mib]
        third = max(1, len(peaks) // 3)
        growth = median(peaks[-third:]) / median(peaks[:third])
        print(f"  memory of a night of {customer}, last third beside first: {growth:.2f} x")


if __name__ == "__main__":
    sys.exit(main())
