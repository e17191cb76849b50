"""The sandbox tenant from the command line: serve it, let a day pass, make it dirty or a night go wrong, show it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sandbox.commands import day, dirty, scenario, scenarios, serve, show
from sandbox.server.throttle import QUOTAS


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("serve", help="build the company on the first start, and serve it until stopped")
    _state(command)
    command.add_argument("--port", type=int, default=0, help="0: the port of last time, else any free one")
    command.add_argument("--host", default="localhost", help="its name for others (default: only this machine)")
    command.add_argument("--users", type=int, default=250, help="people of a new company (default: 250)")
    command.add_argument("--groups", type=int, default=30, help="groups of a new company (default: 30)")
    command.add_argument("--memberships", type=int, help="about so many, of a new company (default: 4.5 per user)")
    command.add_argument("--seed", type=int, default=1, help="another number, another company (default: 1)")
    command.add_argument("--latency-ms", type=int, default=0, help="how long every answer takes at least")
    command.add_argument("--quota", type=_quota, metavar="Q", help="S, M, L or resource units in ten seconds")
    command.add_argument("--memory-only", action="store_true", help="never write the company to the folder")
    command.set_defaults(
        run=lambda given: serve(
            Path(given.state),
            host=given.host,
            port=given.port,
            users=given.users,
            groups=given.groups,
            memberships=given.memberships,
            seed=given.seed,
            latency_s=given.latency_ms / 1000,
            quota=given.quota,
            memory_only=given.memory_only,
        )
    )

    command = commands.add_parser("day", help="let a working day pass, and say what happened")
    _state(command)
    command.set_defaults(run=lambda given: day(Path(given.state)))

    command = commands.add_parser("dirty", help="make the rows of many people wrong or odd, and say who must be named")
    _state(command)
    command.set_defaults(run=lambda given: dirty(Path(given.state)))

    command = commands.add_parser("scenario", help="make the running tenant misbehave in a way that has a name")
    command.add_argument("name", metavar="NAME", help="one of those that `scenarios` lists; healthy ends them all")
    _state(command)
    command.set_defaults(run=lambda given: scenario(Path(given.state), given.name))

    command = commands.add_parser("scenarios", help="list the names and what each does")
    command.set_defaults(run=lambda given: scenarios())

    command = commands.add_parser("show", help="say what is in the company")
    _state(command)
    command.set_defaults(run=lambda given: show(Path(given.state)))

    given = parser.parse_args(arguments)
    return int(given.run(given))


def _quota(text: str) -> Any:
    """One of the three tenant sizes that Graph tells apart, or a number."""
    return text if text in QUOTAS else float(text)


def _state(command: argparse.ArgumentParser) -> None:
    command.add_argument("--state", required=True, metavar="DIR", help="the folder that keeps the tenant")


if __name__ == "__main__":
    sys.exit(main())
