"""``python -m sandbox``: a server in a process of its own, days that pass, and what stays in the folder."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.company import Company

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sandbox", *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False)


@contextmanager
def served(state: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """A server over a folder; gives what its server.json says, and ends it by its id."""
    process = subprocess.Popen(
        command("serve", "--state", str(state), "--users", "60", "--groups", "12", *arguments),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        path = state / "server.json"
        while not (path.exists() and (found := json.loads(path.read_text()))["pid"] == process.pid):
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        yield found
    finally:
        os.kill(process.pid, signal.SIGTERM)
        output, errors = process.communicate()
    assert process.returncode == 0, errors
    assert errors == ""
    assert found["connection"]["password"] not in output


def names(found: dict[str, Any]) -> set[str]:
    """Display names that the server lists, signed in with the connection of server.json."""
    connection = found["connection"]
    extra = connection["extra"]
    with httpx.Client(verify=ssl.create_default_context(cafile=extra["verify"]), trust_env=False) as http:
        form = {
            "grant_type": "client_credentials",
            "client_id": connection["login"],
            "client_secret": connection["password"],
            "scope": "https://graph.microsoft.com/.default",
        }
        token = http.post(f"{extra['authority']}/{extra['tenant_id']}/oauth2/v2.0/token", data=form).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        rows = http.get(f"{extra['base_url']}/users?$select=id,displayName&$top=999", headers=headers).json()["value"]
    return {row["displayName"] for row in rows}


def kept(state: Path) -> Company:
    return Company.from_json((state / "company.json").read_bytes())


def test_a_day_passes_in_the_running_server_and_in_the_file(tmp_path: Path) -> None:
    with served(tmp_path) as found:
        before = names(found)
        assert len(kept(tmp_path).users) == 60

        answer = run("day", "--state", str(tmp_path))

        assert answer.returncode == 0, answer.stderr
        assert answer.stdout.startswith("Day 1\n")
        assert " joined " in answer.stdout
        after = names(found)
        assert after != before
        assert after == {user.attributes["displayName"] for user in kept(tmp_path).users.values()}
        for path in tmp_path.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path
    assert not (tmp_path / "server.json").exists()


def test_the_connection_and_the_company_stay_from_one_start_to_the_next(tmp_path: Path) -> None:
    with served(tmp_path) as first:
        pass
    assert "Day 1" in run("day", "--state", str(tmp_path)).stdout
    (tmp_path / "server.json").write_text(json.dumps({**first, "pid": 2**22 + 1}))

    with served(tmp_path) as second:
        assert second["connection"] == first["connection"]
        assert names(second) == {user.attributes["displayName"] for user in kept(tmp_path).users.values()}
        assert kept(tmp_path).day == 1
        twice = run("serve", "--state", str(tmp_path))
        assert twice.returncode == 1
        assert "already served" in twice.stderr


def test_nobody_lets_a_day_pass_without_the_token(tmp_path: Path) -> None:
    with served(tmp_path) as found:
        context = ssl.create_default_context(cafile=found["connection"]["extra"]["verify"])
        with httpx.Client(verify=context, trust_env=False) as http:
            url = f"https://localhost:{found['port']}/sandbox/day"
            assert http.post(url).status_code == 401
            assert http.post(url, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert kept(tmp_path).day == 0


def test_show_says_what_is_there(tmp_path: Path) -> None:
    with served(tmp_path) as found:
        shown = run("show", "--state", str(tmp_path)).stdout
        assert f"https://localhost:{found['port']}/v1.0" in shown

    shown = run("show", "--state", str(tmp_path)).stdout
    assert "Contoso Ltd" in shown
    assert "not served" in shown
    assert found["connection"]["password"] not in shown


@pytest.mark.parametrize("name", ["day", "show"])
def test_without_a_company_the_next_step_is_named(tmp_path: Path, name: str) -> None:
    answer = run(name, "--state", str(tmp_path))

    assert answer.returncode == 1
    assert "sandbox serve" in answer.stderr
