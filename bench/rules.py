"""``python -m bench.rules --users 1000000``: validate and transform beside pandas' own reading of the same files.

A synthetic snapshot with a group for 20 users and five memberships per user, and every check of the sandbox's account.
``--sizes 100000 1000000`` says by which factor each figure grows from size to size; ``--profile 25`` shows where the
time goes.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.child import ROOT, Cost, run
from bench.synthetic import GROUPS_PER_USER, MEMBERSHIPS_PER_USER, make_snapshot
from entra_sync.config.account import load_account

STEPS = ("floor", "validate", "transform")
ACCOUNT = ROOT / "sandbox" / "accounts" / "contoso.yaml"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What each step took, and what it counted."""

    users: int
    costs: dict[str, Cost]
    counts: dict[str, int]


def measure(*, users: int, groups: int, memberships: int, account: Path = ACCOUNT, profile: int = 0) -> Measured:
    """Make a snapshot of that size and do each step once in a process of its own. Raises ChildFailed."""
    costs: dict[str, Cost] = {}
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        files = make_snapshot(Path(name), load_account(account), users=users, groups=groups, memberships=memberships)
        given: dict[str, Any] = {"folder": name, "files": files, "account": str(account)}
        for step in STEPS:
            told = run("bench.rules_child", {**given, "work": step, "profile": 0 if step == "floor" else profile})
            costs[step] = Cost(**told["cost"])
            counts |= told["counts"]
            if told["profile"]:
                print(f"\n{step}\n{told['profile']}")
    return Measured(users=users, costs=costs, counts=counts)


def show(found: Measured, before: Measured | None) -> None:
    """A line per step: what it took, how often the floor that is, and the factor to the size before."""
    rows = ", ".join(f"{number:,} {name}" for name, number in found.counts.items())
    print(f"\nRules: {found.users:,} users ({rows})")
    print(f"  {'step':<10} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9} {'wall':>8} {'CPU':>8} {'memory':>8}")
    least = found.costs["floor"]
    for step, cost in found.costs.items():
        times = (cost.wall_s / least.wall_s, cost.cpu_s / least.cpu_s, cost.peak_mib / least.peak_mib)
        ratios = "".join(f" {ratio:>6.2f} x" for ratio in times)
        print(f"  {step:<10} {cost.wall_s:>8.2f} {cost.cpu_s:>8.2f} {cost.peak_mib:>9.0f}{ratios}")
        if before:
            then = before.costs[step]
            grown = (cost.wall_s / then.wall_s, cost.cpu_s / then.cpu_s, cost.peak_mib / then.peak_mib)
            print(f"  {'':<10} {grown[0]:>6.1f} x {grown[1]:>6.1f} x {grown[2]:>7.1f} x  for {before.users:,} users")


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.rules", description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--groups", type=int, help="default: one for 20 users")
    parser.add_argument("--memberships", type=int, help="about so many (default: 5 per user)")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="USERS", help="several sizes, smallest first")
    parser.add_argument("--account", type=Path, default=ACCOUNT, help="an account file (default: the sandbox's)")
    parser.add_argument("--profile", type=int, default=0, metavar="LINES", help="where the time goes")
    given = parser.parse_args()
    before = None
    for users in given.sizes or [given.users]:
        groups = round(users * GROUPS_PER_USER) if given.sizes or given.groups is None else given.groups
        memberships = users * MEMBERSHIPS_PER_USER if given.sizes or given.memberships is None else given.memberships
        sizes = {"users": users, "groups": groups, "memberships": memberships}
        found = measure(**sizes, account=given.account, profile=given.profile)
        show(found, before)
        before = found


if __name__ == "__main__":
    main()
