"""make sbom: valid CycloneDX of exactly what production installs, with hashes, licences, and who needs whom."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.conftest import ROOT

LOCK = (ROOT / "deploy" / "requirements.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    output = tmp_path_factory.mktemp("sbom") / "sbom.json"
    command = [sys.executable, "scripts/sbom.py", str(output)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(output) in done.stdout
    return output.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sbom(written: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written)
    return found


def test_it_is_valid_and_complete(written: str, sbom: dict[str, Any]) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    assert sbom["metadata"]["component"]["name"] == "peoplegoal-entra-sync"
    entries = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)( ;)?", LOCK, re.MULTILINE)
    found = {(one["name"], one["version"]) for one in sbom["components"]}
    # What a marker leaves out of the image is of other systems and Pythons.
    assert {(name, version) for name, version, marker in entries if not marker} <= found
    assert found <= {(name, version) for name, version, _ in entries}
    assert not {"pytest", "mypy", "pip-audit", "ruff"} & {name for name, _ in found}


def test_every_package_has_its_hashes_and_nearly_every_one_a_licence(sbom: dict[str, Any]) -> None:
    for one in sbom["components"]:
        (files,) = one["externalReferences"]
        assert files["type"] == "distribution"
        assert files["hashes"]
        assert all(f"--hash=sha256:{entry['content']}" in LOCK for entry in files["hashes"])
        assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"
    without = [one["name"] for one in sbom["components"] if "licenses" not in one]
    assert len(without) <= 5, without


def test_every_package_is_there_because_something_needs_it(sbom: dict[str, Any]) -> None:
    needs = {one["ref"]: one.get("dependsOn", []) for one in sbom["dependencies"]}
    reached, waiting = set(), ["product"]
    while waiting:
        for ref in needs[waiting.pop()]:
            if ref not in reached:
                reached.add(ref)
                waiting.append(ref)

    assert {one["bom-ref"] for one in sbom["components"]} - reached == set()


def test_it_tells_nothing_of_this_machine(written: str) -> None:
    assert str(ROOT) not in written
    assert sys.prefix not in written
