"""Before .venv is there: finding a Python, and make's own words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

OLD = "#!/bin/sh\necho version >&2\nexit 1\n"
WITHOUT_PIP = "#!/bin/sh\necho lacks ensurepip >&2\nexit 1\n"


def find_python(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the finder where only ``folder`` and the base system's tools are known."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    env = {"PATH": f"{folder}:{tools}", "HOME": str(folder), **environ}
    return subprocess.run(["/bin/sh", str(ROOT / "scripts" / "find-python")], env=env, capture_output=True, text=True)


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def test_a_shim_that_fails_is_passed_over(tmp_path: Path) -> None:
    for name in ("python3.13", "python3.12", "python3.11"):
        program(tmp_path / name, "#!/bin/sh\necho 'version not set' >&2\nexit 127\n")
    program(tmp_path / "python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    done = find_python(tmp_path)
    assert done.returncode == 0
    assert Path(done.stdout.strip()).exists()


def test_a_named_python_that_does_not_do_is_refused_by_name(tmp_path: Path) -> None:
    program(tmp_path / "old", OLD)
    done = find_python(tmp_path, PYTHON=str(tmp_path / "old"))
    assert done.returncode == 1
    assert f"PYTHON={tmp_path}/old is not a usable Python" in done.stderr


def test_a_named_python_says_what_it_lacks(tmp_path: Path) -> None:
    program(tmp_path / "bare", WITHOUT_PIP)
    done = find_python(tmp_path, PYTHON=str(tmp_path / "bare"))
    assert f"{tmp_path}/bare lacks ensurepip" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def test_a_named_python_that_does_not_start_says_why(tmp_path: Path) -> None:
    program(
        tmp_path / "broken", "#!/bin/sh\necho 'libpython3.13.so.1.0: cannot open shared object file' >&2\nexit 127\n"
    )
    done = find_python(tmp_path, PYTHON=str(tmp_path / "broken"))
    assert done.returncode == 1
    assert "cannot open shared object file" in done.stderr


def test_every_target_has_a_line_of_help() -> None:
    environ = {**os.environ, "MAKEFLAGS": ""}
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, env=environ)
    text = (ROOT / "Makefile").read_text()
    phony = next(line for line in text.splitlines() if line.startswith(".PHONY:")).split()[1:]
    assert {line.split()[1] for line in done.stdout.splitlines()} == set(phony)
