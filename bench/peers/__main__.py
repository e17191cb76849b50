"""``python -m bench.peers``: the extract beside its peers, at any size and with any number of groups at once."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench.peers.side_by_side import READERS, Comparison, measure, show

# As in ``make bench``: msgraph-sdk at a tenth of the size, as it takes minutes for more (5 ms CPU an object).
TENANTS = (
    (10_000, 1_000, ("product", "dlt_source", "provider_hook")),
    (1_000, 100, ("product", "msgraph_sdk")),
)


def tenants(folder: Path) -> tuple[Comparison, ...]:
    """Measure every tenant of ``TENANTS``."""
    found = []
    for users, groups, readers in TENANTS:
        found.append(measure(folder / f"peers-{users}", users=users, groups=groups, readers=readers))
        show(found[-1])
    return tuple(found)


def main() -> None:
    """Measure what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument(
        "readers", nargs="*", metavar="READER", help=f"of {', '.join(READERS)} (default: as make bench)"
    )
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--groups", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--concurrency", type=int, help="groups at once, in place of what was found to be best")
    given = parser.parse_args()
    unknown = set(given.readers) - set(READERS)
    if unknown:
        parser.error(f"there is no reader {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as name:
        if not given.readers:
            tenants(Path(name))
            return
        sizes = {"users": given.users, "groups": given.groups, "rounds": given.rounds}
        show(measure(Path(name), readers=given.readers, concurrency=given.concurrency, **sizes))


if __name__ == "__main__":
    main()
