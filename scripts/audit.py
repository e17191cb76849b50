"""``make audit``: has a locked package a known vulnerability? Asks OSV (https://osv.dev) by way of pip-audit.

Fails when one has that a newer version mends, unless scripts/audit_allowed.toml excuses it until a day. One that
nothing mends yet is told, and fails nothing. Without an answer of the service nothing is known: that is said loudly and
fails nothing either, so that a machine without a way out can build.

``python scripts/audit.py [--service URL] [--allowed FILE] [LOCK...]``
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
LOCKS = (ROOT / "requirements.txt", ROOT / "deploy" / "requirements.txt")
ALLOWED = ROOT / "scripts" / "audit_allowed.toml"
SERVICE = "https://api.osv.dev/v1/query"
# What every answer of the service is held against, before anything else is asked: a package that is there.
PROBE = {"package": {"name": "pip", "ecosystem": "PyPI"}, "version": "26.3"}
TIMEOUT_S = 20


@dataclass(frozen=True, kw_only=True)
class Excuse:
    """Why a vulnerability may stay, and until which day."""

    id: str
    reason: str
    until: date


@dataclass(frozen=True, kw_only=True)
class Vulnerable:
    """One locked package with one known vulnerability; ``fixed`` by these versions, if any."""

    package: str
    version: str
    ids: tuple[str, ...]
    fixed: tuple[str, ...]

    def __str__(self) -> str:
        mended = f"mended by {', '.join(self.fixed)}" if self.fixed else "nothing mends it yet"
        return f"{self.package} {self.version}: {', '.join(self.ids)}; {mended}"


def main(argv: list[str]) -> int:
    """Audit the locks; 1 when something must be done."""
    parser = argparse.ArgumentParser(description="Known vulnerabilities of the locked packages.")
    parser.add_argument("locks", nargs="*", type=Path, default=LOCKS, metavar="LOCK")
    parser.add_argument("--service", default=SERVICE, help="where to ask, in the form of OSV's query")
    parser.add_argument("--allowed", type=Path, default=ALLOWED, help="what is excused, with reason and day")
    arguments = parser.parse_args(argv)
    excuses = read_excuses(arguments.allowed)
    problem = unreachable(arguments.service)
    if problem:
        return not_done(arguments.service, problem)
    done = subprocess.run(command(arguments.locks, arguments.service), capture_output=True, text=True)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        problem = unreachable(arguments.service)
        if problem:
            return not_done(arguments.service, problem)
        print(f"pip-audit failed:\n{done.stderr.strip()}", file=sys.stderr)
        return 1
    return report(found, excuses)


def command(locks: list[Path], service: str) -> list[str]:
    """pip-audit on what is locked, resolving and installing nothing."""
    asked = [part for lock in locks for part in ("--requirement", str(lock))]
    how = ["--require-hashes", "--disable-pip", "--vulnerability-service", "osv", "--osv-url", service]
    shown = ["--format", "json", "--progress-spinner", "off", "--timeout", str(TIMEOUT_S)]
    return [sys.executable, "-m", "pip_audit", *asked, *how, *shown]


def unreachable(service: str) -> str | None:
    """Why the service gives no answers; None when it does."""
    try:
        answer = httpx.post(service, json=PROBE, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return None if isinstance(answer.json(), dict) else "its answer has not the form of OSV's"
    except httpx.HTTPStatusError as error:
        return f"HTTP {error.response.status_code}"
    except (httpx.HTTPError, ValueError) as error:
        return type(error).__name__


def not_done(service: str, problem: str) -> int:
    """Say loudly that nothing was audited; 0: to be offline is no fault of the packages."""
    line = "!" * 78
    print(f"{line}\nNOT AUDITED: {service} cannot be asked ({problem}).")
    print("Whether a locked package has a known vulnerability is not known. Run make audit")
    print(f"where that address is reached, before a release.\n{line}")
    return 0


def report(found: list[dict[str, Any]], excuses: dict[str, Excuse]) -> int:
    """Say what was found; 1 when a vulnerability that can be mended is not excused today."""
    today = datetime.now(UTC).date()
    skipped = sorted({entry["name"] for entry in found if "skip_reason" in entry})
    vulnerable = {
        Vulnerable(
            package=entry["name"],
            version=entry["version"],
            ids=(one["id"], *one["aliases"]),
            fixed=tuple(one["fix_versions"]),
        )
        for entry in found
        for one in entry.get("vulns", ())
    }
    failing = 0
    for one in sorted(vulnerable, key=str):
        excuse = next((excuses[name] for name in one.ids if name in excuses), None)
        if excuse and excuse.until >= today:
            print(f"excused until {excuse.until}: {one}. {excuse.reason}")
        elif one.fixed:
            failing += 1
            print(f"VULNERABLE: {one}" + (f" (excused until {excuse.until} only)" if excuse else ""))
        else:
            print(f"no fix: {one}")
    if skipped:
        print(f"NOT AUDITED: {', '.join(skipped)}: the service does not know them.")
    seen = {name for one in vulnerable for name in one.ids}
    for name in sorted(excuses.keys() - seen):
        print(f"The excuse for {name} in {ALLOWED.name} excuses nothing any more: take it away.")
    audited = len({entry["name"] for entry in found}) - len(skipped)
    print(f"{audited} packages audited, {len(vulnerable)} known vulnerabilities, {failing} to be mended.")
    if failing:
        print("Lock anew (make lock), or excuse it in scripts/audit_allowed.toml with a reason and a day.")
    return 1 if failing or not audited else 0


def read_excuses(path: Path) -> dict[str, Excuse]:
    """The excuses of the file by id; each needs a reason and a day. Ends the program at one that lacks them."""
    with path.open("rb") as file:
        listed = tomllib.load(file).get("allowed", [])
    found = {}
    for entry in listed:
        reason, until = entry.get("reason"), entry.get("until")
        if not entry.get("id") or not isinstance(reason, str) or not reason.strip() or type(until) is not date:
            sys.exit(f"{path.name}: each [[allowed]] has an id, a reason, and a day (until = 2027-01-31), not {entry}")
        found[entry["id"]] = Excuse(id=entry["id"], reason=reason, until=until)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
