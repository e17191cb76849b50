"""The sandbox tenant from the command line: serve it, let a day pass, show what is in it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sandbox.commands import day, serve, show


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("serve", help="build the company on the first start, and serve it until stopped")
    _state(command)
    command.add_argument("--port", type=int, default=0, help="0: the port of last time, else any free one")
    command.add_argument("--users", type=int, default=250, help="people of a new company (default: 250)")
    command.add_argument("--groups", type=int, default=30, help="groups of a new company (default: 30)")
    command.add_argument("--seed", type=int, default=1, help="another number, another company (default: 1)")
    command.add_argument("--latency-ms", type=int, default=0, help="how long every answer takes at least")
    command.set_defaults(
        run=lambda given: serve(
            Path(given.state),
            port=given.port,
            users=given.users,
            groups=given.groups,
            seed=given.seed,
            latency_s=given.latency_ms / 1000,
        )
    )

    command = commands.add_parser("day", help="let a working day pass, and say what happened")
    _state(command)
    command.set_defaults(run=lambda given: day(Path(given.state)))

    command = commands.add_parser("show", help="say what is in the company")
    _state(command)
    command.set_defaults(run=lambda given: show(Path(given.state)))

    given = parser.parse_args(arguments)
    return int(given.run(given))


def _state(command: argparse.ArgumentParser) -> None:
    command.add_argument("--state", required=True, metavar="DIR", help="the folder that keeps the tenant")


if __name__ == "__main__":
    sys.exit(main())
