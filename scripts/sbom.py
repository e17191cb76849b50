"""``make sbom``: what production installs, with hashes, licences and who needs whom: CycloneDX 1.6 in .local/sbom.json.

From deploy/requirements.txt, for the image: Linux, the Python of the Dockerfile. Licences and needs are those that the
packages themselves tell in this environment, which has the same versions.

``python scripts/sbom.py [OUTPUT]``
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "deploy" / "requirements.txt"
OUTPUT = ROOT / ".local" / "sbom.json"
# The extras that the lock is made of, see `make lock`.
EXTRAS = ("production", "s3", "local")
LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class Locked:
    """One package of the lock; ``hashes`` of its files, SHA-256."""

    name: str
    version: str
    hashes: tuple[str, ...]


def main(argv: list[str]) -> int:
    """Write the file, valid by the schema, and say where."""
    output = Path(argv[0]) if argv else OUTPUT
    text = JsonV1Dot6(bill_of_materials()).output_as_string(indent=2)
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem:
        sys.exit(f"The SBOM breaks the schema: {problem}")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    print(f"{output}: {len(json.loads(text)['components'])} packages")
    return 0


def target() -> dict[str, str]:
    """What markers are asked about: the image's Linux and Python."""
    found = re.search(r"^FROM \S+-python(3\.\d+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        sys.exit("The Dockerfile's first line names no Python.")
    python = found[1]
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }


def locked(text: str, environment: dict[str, str]) -> Iterator[Locked]:
    """The packages of a lock that are installed there."""
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        line, *hashes = re.split(r"\s+--hash=sha256:", entry.strip())
        if not line or line.startswith("#"):
            continue
        requirement = Requirement(line)
        (version,) = (one.version for one in requirement.specifier)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            files = tuple(one.split()[0] for one in hashes)
            yield Locked(name=canonicalize_name(requirement.name), version=version, hashes=files)


def component(one: Locked) -> Component:
    """A package with its files' hashes, and what it tells of itself where it is installed."""
    told = installed(one)
    address = PackageURL("pypi", None, one.name, one.version)
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(str(address)),
        comment="Its files: one of them is installed.",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content) for content in one.hashes],
    )
    return Component(
        type=ComponentType.LIBRARY,
        name=one.name,
        version=one.version,
        purl=address,
        bom_ref=str(address),
        description=str(told.metadata.json.get("summary", "")) or None if told else None,
        licenses=licences(told) if told else (),
        external_references=[files],
    )


def installed(one: Locked) -> Distribution | None:
    """The package in this environment; None where this Python, unlike the image's, does not need it."""
    try:
        found = distribution(one.name)
    except PackageNotFoundError:
        return None
    return found if found.version == one.version else None


def licences(told: Distribution) -> list[License]:
    """SPDX where the package says so, else the words that it has."""
    make = LicenseFactory()
    words = told.metadata.json
    if expression := words.get("license_expression"):
        return [make.make_from_string(str(expression))]
    said = str(words.get("license") or "").strip()
    # Some have the whole text there.
    if said and "\n" not in said and len(said) < LONGEST_NAME:
        return [make.make_from_string(said)]
    classified = [one for one in words.get("classifier", ()) if one.startswith("License :: ")]
    return [make.make_with_name(one.rpartition(" :: ")[2]) for one in classified]


class Needs:
    """Which package needs which, followed from the product's own requirements, extras included."""

    def __init__(self, components: dict[str, Component], environment: dict[str, str]) -> None:
        self.components = components
        self.environment = environment
        self.found: dict[str, set[str]] = {name: set() for name in components}
        self._seen: set[tuple[str, str]] = set()

    def follow(self, asked: list[Requirement], extra: str = "") -> set[str]:
        """The names of what is asked for; what those need is noted on the way."""
        names: set[str] = set()
        for requirement in asked:
            if requirement.marker and not requirement.marker.evaluate(self.environment | {"extra": extra}):
                continue
            name = canonicalize_name(requirement.name)
            if name not in self.components:
                continue
            names.add(name)
            for wanted in ("", *requirement.extras):
                if (name, wanted) not in self._seen:
                    self._seen.add((name, wanted))
                    self.found[name] |= self.follow(requirements_of(name), wanted)
        return names


def requirements_of(name: str) -> list[Requirement]:
    """What an installed package asks for."""
    try:
        return [Requirement(text) for text in distribution(name).requires or ()]
    except PackageNotFoundError:
        return []


def bill_of_materials() -> Bom:
    """The product, what it installs, and the needs between them."""
    environment = target()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    product = Component(
        name=project["name"], version=project["version"], type=ComponentType.APPLICATION, bom_ref="product"
    )
    bom = Bom()
    bom.metadata.component = product
    components = {one.name: component(one) for one in locked(LOCK.read_text(encoding="utf-8"), environment)}
    bom.components.update(components.values())
    texts = [*project["dependencies"]]
    for extra in EXTRAS:
        texts += project["optional-dependencies"][extra]
    needs = Needs(components, environment)
    bom.register_dependency(product, [components[name] for name in needs.follow([Requirement(one) for one in texts])])
    for name, theirs in needs.found.items():
        bom.register_dependency(components[name], [components[other] for other in sorted(theirs)])
    return bom


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
