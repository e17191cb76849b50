"""``python -m bench.midnight --accounts 500``: hundreds of accounts become due at one minute, through the real thing.

PostgreSQL, Redis, Airflow's parts and Celery workers as docker-compose.yaml has them, a tenant behind HTTPS for each
account, one PeopleGoal database. Says how long it took beside the ideal, who waited how long, what was asked of Graph
and the database at most, and checks that every account has its tenant's people.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.midnight.accounts import accounts
from bench.midnight.compare import compare
from bench.midnight.night import live
from bench.midnight.picture import draw
from bench.midnight.recorded import Night
from bench.midnight.report import show


def main() -> int:
    """Live a night, or take one that was kept; print, draw."""
    parser = argparse.ArgumentParser(prog="python -m bench.midnight", description=__doc__)
    parser.add_argument("--accounts", type=int, default=500)
    parser.add_argument("--largest", type=int, default=2000, help="people of the largest; the n-th has 1/n of them")
    parser.add_argument("--seed", type=int, default=1, help="another number, another order of the sizes")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--concurrency", type=int, default=4, help="slots of a worker")
    parser.add_argument("--extract-slots", type=int, default=4)
    parser.add_argument("--load-slots", type=int, default=2)
    parser.add_argument("--latency-ms", type=int, default=300, help="of each answer of Graph")
    parser.add_argument("--spread-minutes", type=int, default=0)
    parser.add_argument("--untold", action="store_true", help="leave expected_people out")
    parser.add_argument("--lead-s", type=float, help="from the account files to their minute (default: by number)")
    parser.add_argument("--empty", type=int, default=50, help="accounts that do nothing, for Airflow's own share")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="of every part's environment")
    parser.add_argument("--save", type=Path, help="keep the night's times")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw it as SVG")
    parser.add_argument("--load", type=Path, nargs="+", help="print a night that was kept, or several side by side")
    given = parser.parse_args()
    if given.load and len(given.load) > 1:
        compare([Night.load(path) for path in given.load])
        return 0
    if given.load:
        night = Night.load(given.load[0])
    else:
        night = live(
            accounts(given.accounts, largest=given.largest, seed=given.seed),
            workers=given.workers,
            concurrency=given.concurrency,
            extract_slots=given.extract_slots,
            load_slots=given.load_slots,
            latency_s=given.latency_ms / 1000,
            told=not given.untold,
            spread_minutes=given.spread_minutes,
            lead_s=60 + given.accounts / 4 if given.lead_s is None else given.lead_s,
            empty=given.empty,
            more=dict(one.split("=", 1) for one in given.set),
        )
        if given.save:
            night.save(given.save)
    show(night)
    if given.picture:
        given.picture.parent.mkdir(parents=True, exist_ok=True)
        given.picture.write_text(draw(night), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
