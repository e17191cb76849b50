"""Whatever is killed while a night is loaded, and whenever: the night is wholly there or not at all, and recorded so.

``ENTRA_SYNC_KILLS`` says at how many moments the process and the server are killed (``make soak``: 50). They lie at
statements drawn from all that the step sends, or a little after; the commit and its neighbours are always among them.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress

import psycopg
import pytest

from tests.crash.crashing import KILLS, Crashing

WAYS = ("the task again", "closed, then the next run", "the next run")


def kill_process(crashing: Crashing, child: subprocess.Popen[bytes], backend: int) -> None:
    """The loading process: its worker was killed, or it ran out of memory."""
    child.send_signal(signal.SIGKILL)


def terminate_process(crashing: Crashing, child: subprocess.Popen[bytes], backend: int) -> None:
    """The machine shuts down, or somebody ends ``make sync``."""
    child.send_signal(signal.SIGTERM)


def interrupt_process(crashing: Crashing, child: subprocess.Popen[bytes], backend: int) -> None:
    """Ctrl-C."""
    child.send_signal(signal.SIGINT)


def cancel_task(crashing: Crashing, child: subprocess.Popen[bytes], backend: int) -> None:
    """As Airflow's supervisor cancels a task: SIGTERM, and SIGKILL to one that goes on."""
    child.send_signal(signal.SIGTERM)
    time.sleep(0.01)
    child.send_signal(signal.SIGKILL)


def kill_server(crashing: Crashing, child: subprocess.Popen[bytes], backend: int) -> None:
    """The database server."""
    number = crashing.server.pid()
    assert number is not None
    os.kill(number, signal.SIGKILL)


def restart_server(crashing: Crashing, child: subprocess.Popen[bytes], backend: int) -> None:
    """An update of the server: it ends all connections and is started again."""
    number = crashing.server.pid()
    assert number is not None
    os.kill(number, signal.SIGINT)


def kill_backend(crashing: Crashing, child: subprocess.Popen[bytes], backend: int) -> None:
    """The server's process for this connection: the server ends all others and recovers."""
    # The connection may have been closed meanwhile.
    with suppress(ProcessLookupError):
        os.kill(backend, signal.SIGKILL)


def cut_connection(crashing: Crashing, child: subprocess.Popen[bytes], backend: int) -> None:
    """An administrator, or a firewall."""
    with psycopg.connect(crashing.nights.url, autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(%s)", [backend])


def moments(statements: list[str], rng: random.Random, count: int) -> list[int]:
    """Numbers of statements, spread over the step; the commit of the load and its neighbours are among them."""
    # The load's transaction is the one that counts the unchanged.
    commit = statements.index("commit", statements.index("record_unchanged"))
    sure = [commit + 1, commit // 2, commit + 2, commit]
    return (sure + [rng.randint(1, len(statements) + 1) for _ in range(count)])[:count]


@pytest.mark.parametrize(
    "victim",
    [
        kill_process,
        terminate_process,
        interrupt_process,
        cancel_task,
        cut_connection,
        kill_backend,
        restart_server,
        kill_server,
    ],
)
def test_wholly_applied_or_not_at_all(crashing: Crashing, victim: object) -> None:
    assert callable(victim)
    rng = random.Random(victim.__name__)
    crashing.tomorrow()
    statements = crashing.undisturbed()
    crashing.check()
    seen: Counter[tuple[str, bool]] = Counter()

    count = KILLS if victim in (kill_process, kill_server) else max(3, KILLS // 5)
    for number, moment in enumerate(moments(statements, rng, count)):
        crashing.tomorrow()

        name = crashing.disturb(
            lambda child, backend: victim(crashing, child, backend),
            moment,
            rng.choice((0, rng.uniform(0, 0.02))),
            as_in_airflow=victim is cancel_task,
        )
        applied = crashing.is_applied()
        crashing.recover(WAYS[number % len(WAYS)])

        crashing.check()
        seen[name, applied] += 1
    whole = sum(times for (_, applied), times in seen.items() if applied)
    print(f"\n{victim.__name__}: {count} moments, {whole} after the commit")
    for (name, applied), times in sorted(seen.items()):
        print(f"  {times:>3} at {name}, {'applied' if applied else 'nothing applied'}")
    assert {applied for _, applied in seen} == {True, False}, "moments on both sides of the commit"
