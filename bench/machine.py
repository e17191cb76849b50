"""What the measurements ran on: the machine, and the versions of what they measure."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import version

import psycopg

from bench.child import ROOT

PACKAGES = ("apache-airflow", "pandas", "pyarrow", "great-expectations", "msal", "httpx", "psycopg")
# What is measured: commits of other files change no figure.
MEASURED = ("include", "dags", "sandbox", "requirements.txt")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """``commit``: the newest that changed what is measured; ``changed``: whether something is not committed."""

    cpus: int
    architecture: str
    memory_bytes: int
    system: str
    python: str
    postgres: str
    packages: dict[str, str]
    commit: str
    changed: bool


def this_machine(database: str) -> Machine:
    """The machine that this runs on, and the server of a database."""
    with psycopg.connect(database) as connection:
        postgres = connection.info.parameter_status("server_version") or "unknown"
    return Machine(
        cpus=len(os.sched_getaffinity(0)),
        architecture=platform.machine(),
        memory_bytes=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        system=_system(),
        python=platform.python_version(),
        postgres=postgres.split()[0],
        packages={name: version(name) for name in PACKAGES},
        commit=_git("log", "-1", "--format=%h", "--", *MEASURED) or "unknown",
        changed=bool(_git("status", "--porcelain", "--", *MEASURED)),
    )


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _git(*arguments: str) -> str:
    """What git says; nothing where there is no git or no repository."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()
