"""Make ``.venv``: an environment of the running Python, the locked packages, the project itself.

``python scripts/setup.py STAMP``, by ``scripts/setup``. Standard library only. Safe to interrupt and to run twice at
once: the stamp is written last, under a lock, and what is half there is completed. Packages come from wherever pip or
uv is configured to look, each checked against its hash in requirements.txt; uv itself, too, is the locked one.
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "entra-sync.setup"
LOCK = ROOT / "requirements.txt"


def main(stamp: str) -> None:
    """Make the environment; ``stamp`` is what tells later that it is the right one."""
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    if STAMP.exists() and STAMP.read_text().strip() == stamp:
        return
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Setting up .venv with Python {version}; the first time takes a minute or two", flush=True)
    if not usable():
        venv.EnvBuilder(clear=True, symlinks=True).create(VENV)
    if not list(VENV.glob("lib/python3*/site-packages/pip")):
        run([PYTHON, "-m", "ensurepip", "--default-pip"], dict(os.environ), stdout=subprocess.DEVNULL)
    environ = package_index()
    install_uv(environ)
    uv = [VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON]
    run([*uv, "--compile-bytecode", "--require-hashes", "-r", LOCK], environ)
    run([*uv, "--no-deps", "--no-build-isolation", "-e", ROOT], environ)
    fresh = STAMP.with_name("entra-sync.setup.new")
    fresh.write_text(f"{stamp}\n")
    fresh.replace(STAMP)


def usable() -> bool:
    """Whether the environment that is there runs, knows that it is here, and is of a supported version."""
    check = "import sys; print(*sys.version_info[:2], sys.prefix)"
    done = subprocess.run([PYTHON, "-c", check], capture_output=True, text=True) if PYTHON.exists() else None
    if done is None or done.returncode:
        return False
    major, minor, prefix = done.stdout.strip().split(" ", 2)
    return (3, 11) <= (int(major), int(minor)) <= (3, 13) and Path(prefix) == VENV


def install_uv(environ: dict[str, str]) -> None:
    """Install the locked uv by pip, hash-checked like everything else."""
    text = LOCK.read_text(encoding="utf-8")
    found = re.search(r"^uv==(\S+)(?: \\\n\s+--hash=\S+)+", text, re.MULTILINE)
    if found is None:
        sys.exit("requirements.txt does not lock uv: run make lock")
    installed = VENV / "bin" / "uv"
    if installed.exists():
        done = subprocess.run([installed, "--version"], capture_output=True, text=True)
        if done.stdout.split()[1:2] == [found[1]]:
            return
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as only_uv:
        only_uv.write(found[0])
        only_uv.flush()
        quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
        run([PYTHON, "-m", "pip", "install", *quiet, "--no-deps", "--require-hashes", "-r", only_uv.name], environ)


def package_index() -> dict[str, str]:
    """The environment for pip and uv: where only one of them knows where packages come from, the other is told."""
    environ = dict(os.environ)
    listed = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    pip = dict(re.findall(r"^\S+?\.([a-z-]+)='(.*)'$", listed, re.MULTILINE))
    uv_is_told = any(name in environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE"))
    if "index-url" in pip and not uv_is_told and not Path("/etc/uv/uv.toml").exists():
        environ["UV_DEFAULT_INDEX"] = pip["index-url"]
        if "extra-index-url" in pip:
            environ["UV_INDEX"] = pip["extra-index-url"].replace("\\n", " ")
    elif "index-url" not in pip:
        told = environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL")
        if told:
            environ["PIP_INDEX_URL"] = told
    if "cert" in pip:
        environ.setdefault("SSL_CERT_FILE", pip["cert"])
    return environ


def run(command: list[object], environ: dict[str, str], stdout: int | None = None) -> None:
    """Run one step; what it says when it fails is the message."""
    done = subprocess.run([str(part) for part in command], env=environ, cwd=ROOT, stdout=stdout)
    if done.returncode:
        sys.exit(f"Setting up .venv failed (see above); make runs it again. Step: {Path(str(command[0])).name}")


if __name__ == "__main__":
    main(sys.argv[1])
