"""``python -m bench.plans``: ways to read every user with a manager, and every member of a group, side by side.

What they are says ``bench.plan``. Each runs in a process of its own, all against one sandbox tenant with the quota of a
large tenant. docs/decisions/0006-ranges.md has the figures.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench.child import ChildFailed, Cost, run
from bench.plan import PLANS
from bench.server import serve


def compare(users: int, groups: int, memberships: int, plans: list[str], latency_ms: int, quota: str) -> None:
    """Print a line per plan."""
    sizes = {"users": users, "groups": groups, "memberships": memberships}
    print(f"\n{users:,} users, {groups:,} groups at {latency_ms} ms a request, quota {quota}", flush=True)
    print(f"  {'plan':<8} {'rows':>9} {'wall s':>8} {'CPU s':>7} {'MiB':>6} {'requests':>9} {'units':>9} {'429s':>5}")
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        folder = Path(name)
        with serve(folder / "sandbox", **sizes, latency_ms=latency_ms, quota=quota, memory_only=True) as tenant:
            for plan in plans:
                given = {"connection": tenant.connection, "folder": str(folder / plan), "plan": plan}
                try:
                    found = run("bench.plan", given)
                except ChildFailed as error:
                    print(f"  {plan:<8} failed: {error}", flush=True)
                    continue
                cost, traffic = Cost(**found["cost"]), found["traffic"]
                print(
                    f"  {plan:<8} {found['rows']:>9,} {cost.wall_s:>8.1f} {cost.cpu_s:>7.1f} {cost.peak_mib:>6.0f}"
                    f" {traffic['requests']:>9,} {traffic['resource_units']:>9,} {traffic['throttled']:>5}",
                    flush=True,
                )


def main() -> None:
    """Compare what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.plans", description=__doc__)
    parser.add_argument("--users", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--plans", nargs="+", choices=PLANS, default=list(PLANS))
    parser.add_argument("--latency-ms", type=int, default=100)
    parser.add_argument("--quota", default="L")
    given = parser.parse_args()
    for users in given.users:
        compare(users, users // 20, users * 5, given.plans, given.latency_ms, given.quota)


if __name__ == "__main__":
    main()
