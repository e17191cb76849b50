"""make audit: what fails, what is told, what is excused, and that being offline is loud and fails nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, free_port
from tests.supply_chain.osv import Osv

HASH = "a" * 64
LOCK = "".join(f"{name} \\\n    --hash=sha256:{HASH}\n" for name in ("left==1.0", "right[extra]==2.0", "Odd_Name==3.0"))
Audit = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def osv() -> Iterator[Osv]:
    with Osv() as running:
        yield running


@pytest.fixture
def audit(osv: Osv, tmp_path: Path) -> Audit:
    """Audit a lock of three packages; ``excuses`` is the text of the file of excuses."""
    (tmp_path / "lock.txt").write_text(LOCK)

    def run(*locks: Path, excuses: str = "", service: str | None = None) -> subprocess.CompletedProcess[str]:
        (tmp_path / "allowed.toml").write_text(excuses)
        options = ["--service", service or osv.url, "--allowed", str(tmp_path / "allowed.toml")]
        command = [sys.executable, "scripts/audit.py", *options, *map(str, locks or [tmp_path / "lock.txt"])]
        # The stand-in is on this machine: no proxy of anybody's environment leads there.
        environ = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)

    return run


def excuse(name: str, until: str = "2999-12-31", reason: str = "Not used here.") -> str:
    return f'[[allowed]]\nid = "{name}"\nreason = "{reason}"\nuntil = {until}\n'


def test_packages_without_a_known_vulnerability_pass(audit: Audit, osv: Osv) -> None:
    done = audit()

    assert done.returncode == 0, done.stderr
    assert done.stdout == "3 packages audited, 0 known vulnerabilities, 0 to be mended.\n"
    assert {("left", "1.0"), ("right", "2.0"), ("odd-name", "3.0")} <= set(osv.asked)


def test_a_known_vulnerability_with_a_fix_fails(audit: Audit, osv: Osv) -> None:
    osv.tell("left", "1.0", "GHSA-1", "CVE-2026-1", fixed="1.1")

    done = audit()

    assert done.returncode == 1
    assert "VULNERABLE: left 1.0: CVE-2026-1, GHSA-1; mended by 1.1\n" in done.stdout
    assert "make lock" in done.stdout


def test_what_nothing_mends_yet_is_told_and_fails_nothing(audit: Audit, osv: Osv) -> None:
    osv.tell("left", "1.0", "GHSA-1", fixed=None)

    done = audit()

    assert done.returncode == 0
    assert "no fix: left 1.0: GHSA-1; nothing mends it yet\n" in done.stdout


@pytest.mark.parametrize("name", ["GHSA-1", "CVE-2026-1"])
def test_an_excuse_holds_until_its_day_by_any_of_its_names(audit: Audit, osv: Osv, name: str) -> None:
    osv.tell("left", "1.0", "GHSA-1", "CVE-2026-1", fixed="1.1")
    osv.tell("right", "2.0", "GHSA-2", fixed="3.0")

    done = audit(excuses=excuse(name) + excuse("GHSA-2"))
    assert done.returncode == 0
    assert "excused until 2999-12-31: left 1.0" in done.stdout
    assert "Not used here." in done.stdout

    done = audit(excuses=excuse(name, until="2020-01-01") + excuse("GHSA-2"))
    assert done.returncode == 1
    assert "VULNERABLE: left 1.0" in done.stdout
    assert "(excused until 2020-01-01 only)" in done.stdout
    assert "VULNERABLE: right" not in done.stdout


def test_an_excuse_that_excuses_nothing_is_told(audit: Audit) -> None:
    done = audit(excuses=excuse("GHSA-9"))

    assert done.returncode == 0
    assert "The excuse for GHSA-9" in done.stdout


@pytest.mark.parametrize(
    "excuses",
    [
        '[[allowed]]\nid = "GHSA-1"\nuntil = 2999-12-31\n',
        '[[allowed]]\nid = "GHSA-1"\nreason = " "\nuntil = 2999-12-31\n',
        '[[allowed]]\nid = "GHSA-1"\nreason = "Not used."\n',
        '[[allowed]]\nid = "GHSA-1"\nreason = "Not used."\nuntil = "soon"\n',
        '[[allowed]]\nreason = "Not used."\nuntil = 2999-12-31\n',
    ],
)
def test_an_excuse_needs_a_reason_and_a_day(audit: Audit, excuses: str) -> None:
    done = audit(excuses=excuses)

    assert done.returncode == 1
    assert "has an id, a reason, and a day" in done.stderr


@pytest.mark.parametrize("how", ["nobody listens", "no such name", "an error", "refused"])
def test_without_an_answer_it_says_loudly_that_nothing_is_known(audit: Audit, osv: Osv, how: str) -> None:
    osv.status = {"an error": 503, "refused": 403}.get(how, 200)
    elsewhere = {"nobody listens": f"http://127.0.0.1:{free_port()}", "no such name": "https://osv.invalid/v1/query"}

    done = audit(service=elsewhere.get(how))

    assert done.returncode == 0
    assert "NOT AUDITED: " in done.stdout
    assert "is not known" in done.stdout
    assert "packages audited" not in done.stdout


def test_a_lock_without_hashes_fails_though_the_service_answers(audit: Audit, tmp_path: Path) -> None:
    loose = tmp_path / "loose.txt"
    loose.write_text("left==1.0\n")

    done = audit(loose)

    assert done.returncode == 1
    assert "pip-audit failed" in done.stderr
    assert "hash" in done.stderr


def test_the_projects_own_locks_are_asked_about_whole(audit: Audit, osv: Osv) -> None:
    done = audit(ROOT / "requirements.txt", ROOT / "deploy" / "requirements.txt")

    assert done.returncode == 0, done.stdout + done.stderr
    asked = {name for name, _ in osv.asked}
    assert {"apache-airflow", "celery", "pandas", "pytest"} <= asked
    assert len(asked) > 250
