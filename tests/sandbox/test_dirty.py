"""The dirty tenant: the same dirt each time, each on somebody of their own, and as an administrator would see it."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest

from sandbox.company import build_company
from sandbox.dirt import NOISE
from sandbox.dirty import TooSmall, make_dirty
from sandbox.testing import SandboxTenant
from sandbox.wire import from_json, to_json
from tests.sandbox.conftest import Client
from tests.sandbox.test_cli import kept, run, served


def test_the_same_company_becomes_dirty_in_the_same_way() -> None:
    one, other = build_company(), build_company()

    assert make_dirty(one) == make_dirty(other)
    assert one == other
    assert make_dirty(build_company(), seed=2) != make_dirty(build_company(), seed=1)


def test_every_defect_is_on_somebody_of_their_own() -> None:
    company = build_company()
    before = {user_id: (user.attributes, user.manager_id) for user_id, user in company.users.items()}

    defects = make_dirty(company)

    ids = [one.entra_id for one in defects if one.code != "email_conflict"]
    assert len(ids) == len(set(ids))
    after = {user_id: (user.attributes, user.manager_id) for user_id, user in company.users.items()}
    changed = {user_id for user_id in after if after[user_id] != before[user_id]}
    named = {one.entra_id for one in defects if one.entity == "user"}
    unnamed = changed - named
    circles = [user_id for user_id in unnamed if after[user_id][0] == before[user_id][0]]
    # Of two people with one address only one was changed; a guest and a leaver are dirty and nobody's business.
    assert len(named - changed) == 1
    assert len(unnamed) == len(circles) + len(NOISE) + 2


def test_a_small_company_is_refused_untouched() -> None:
    company = build_company(users=60, groups=12)
    before = company.to_json()

    with pytest.raises(TooSmall, match="--users 250"):
        make_dirty(company)

    assert company.to_json() == before


def test_damaged_text_goes_over_the_wire_as_json_escapes(tenant: SandboxTenant, client: Client) -> None:
    defects = make_dirty(tenant.company)
    damaged = [one.entra_id for one in defects if one.code == "text_cleaned" and one.field in ("first_name", "office")]

    alone = client.get(f"/users/{damaged[0]}?$select=givenName,officeLocation").content
    item = {"id": "1", "method": "GET", "url": f"/users/{damaged[1]}?$select=givenName,officeLocation"}
    batch = client.batch(item).content

    assert {b"\\ud800" in text or b"\\udc00" in text for text in (alone, batch)} == {True}
    assert from_json(alone)["givenName"] == tenant.company.users[damaged[0]].attributes["givenName"]


@pytest.mark.parametrize("value", [{"a": [1, None, "é"]}, {"a": "\ud800x"}, "\udc00", {"\ud800": 1}])
def test_json_holds_whatever_python_holds(value: object) -> None:
    assert from_json(to_json(value)) == value


def test_the_command_makes_the_running_tenant_dirty_and_keeps_it(tmp_path: Path) -> None:
    with served(tmp_path, "--users", "250", "--groups", "30") as found:
        answer = run("dirty", "--state", str(tmp_path))

        assert answer.returncode == 0, answer.stderr
        lines = answer.stdout.splitlines()
        assert lines[-1].startswith(f"{len(lines) - 1} issues")
        kept_text = kept(tmp_path).to_json()
        assert b"\\ud800" in kept_text
        assert all(line.split()[2] in kept_text.decode() for line in lines[:-1])
        url = f"https://localhost:{found['port']}/sandbox/dirty"
        context = ssl.create_default_context(cafile=found["connection"]["extra"]["verify"])
        assert httpx.post(url, verify=context, trust_env=False).status_code == 401


def test_the_command_works_on_the_file_and_says_when_it_cannot(tmp_path: Path) -> None:
    with served(tmp_path):
        pass

    answer = run("dirty", "--state", str(tmp_path))

    assert answer.returncode == 1
    assert "--users 250" in answer.stderr
    assert run("dirty", "--state", str(tmp_path / "none")).returncode == 1
