"""``.venv-peers``: the peers that the product does not depend on, out of a hash-locked list, beside ``.venv``."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from pathlib import Path

from bench.child import ROOT
from scripts.setup import package_index

FOLDER = ROOT / ".venv-peers"
PYTHON = FOLDER / "bin" / "python"
LOCK = Path(__file__).with_name("requirements.txt")
STAMP = FOLDER / "bench.setup"


class NotInstalled(Exception):
    """The peers could not be installed; the text says why."""


def peers_python() -> Path:
    """The interpreter of the peers' environment, made or renewed when it is not what the lock says.

    Of the same Python as this one. Raises NotInstalled.
    """
    wanted = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {platform.python_version()} {FOLDER}\n"
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted and PYTHON.exists():
        return PYTHON
    print("Installing the peers into .venv-peers", flush=True)
    uv = Path(sys.prefix) / "bin" / "uv"
    install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--require-hashes"]
    install += ["--python", PYTHON, "-r", LOCK]
    environ = package_index()
    for command in ([uv, "venv", "--quiet", "--clear", "--python", sys.executable, FOLDER], install):
        done = subprocess.run([str(part) for part in command], env=environ, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise NotInstalled(done.stderr.strip()[-1000:])
    STAMP.write_text(wanted, encoding="utf-8")
    return PYTHON
