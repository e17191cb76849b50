"""The directory attributes that an account file may name (docs/graph.md, 1).

What ``/users`` can be asked for with User.Read.All, plus directory extensions (``extension_<application>_<name>``) and
schema extensions (``<owner>_<name>``), which every tenant names itself. Attributes of one user only (aboutMe, skills),
passwords, and those with a quota of their own (signInActivity) are not among them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from typing_extensions import TypeAliasType

from entra_sync.config.fields import DEFAULT_MAPPING

PATH = re.compile(r"([^.\[\]]+)((?:\.[^.\[\]]+|\[\d+\])*)")
EXTENSION = re.compile(r"[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]+")

_NAMES = """
    accountEnabled ageGroup assignedLicenses assignedPlans businessPhones city companyName consentProvidedForMinor
    country createdDateTime creationType department displayName employeeHireDate employeeId employeeLeaveDateTime
    employeeOrgData employeeType externalUserState externalUserStateChangeDateTime faxNumber givenName id identities
    imAddresses isResourceAccount jobTitle lastPasswordChangeDateTime legalAgeGroupClassification mail mailNickname
    manager mobilePhone officeLocation onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes
    onPremisesImmutableId onPremisesLastSyncDateTime onPremisesSamAccountName onPremisesSecurityIdentifier
    onPremisesSyncEnabled onPremisesUserPrincipalName otherMails postalCode preferredDataLocation preferredLanguage
    provisionedPlans proxyAddresses securityIdentifier showInAddressList signInSessionsValidFromDateTime state
    streetAddress surname usageLocation userPrincipalName userType
"""
ATTRIBUTES = frozenset(_NAMES.split())
_FOLDED = {name.lower(): name for name in ATTRIBUTES}


def check_path(path: str) -> str:
    """Give the path back when it names an attribute (``a``, ``a.b``, ``a[0]``), else raise ValueError."""
    match = PATH.fullmatch(path)
    if match is None:
        raise ValueError(f"the path `{path}` cannot be read; allowed: forms such as `a`, `a.b` and `a[0]`")
    root, steps = match.groups()
    if root.startswith("extensionAttribute"):
        raise ValueError(f"`{root}` lies in another attribute; did you mean `onPremisesExtensionAttributes.{root}`?")
    if root not in ATTRIBUTES and (_meant(root) or not EXTENSION.fullmatch(root)):
        close = f"; did you mean `{_meant(root)}`?" if _meant(root) else nearest(root, ATTRIBUTES)
        raise ValueError(
            f"`{root}` is no attribute of users{close}; allowed: attributes of Microsoft Graph, "
            "`extension_<application>_<name>`, schema extensions"
        )
    if root == "manager" and steps:
        raise ValueError(f"the path `{path}` cannot be read: of a manager, only `manager` (the id) is known")
    return path


def _meant(root: str) -> str | None:
    """The attribute of a PeopleGoal field, or of a name in snake_case: both look like schema extensions."""
    source = DEFAULT_MAPPING.get(root)
    default = source.get("from") if isinstance(source, dict) else source
    return _FOLDED.get(root.replace("_", "").lower()) or default


def nearest(name: str, allowed: Iterable[str]) -> str:
    """``; did you mean `x`?`` for a name that is nearly one of ``allowed``, else nothing."""
    folded = {one.lower(): one for one in sorted(allowed)}
    found = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    return f"; did you mean `{folded[found[0]]}`?" if found else ""


_STEPS = r"(\.[^.\[\]]+|\[[0-9]+\])*"
AttributePath = TypeAliasType(
    "AttributePath",
    Annotated[
        str,
        AfterValidator(check_path),
        WithJsonSchema(
            {
                "description": "A directory attribute: `jobTitle`, `businessPhones[0]`, "
                "`onPremisesExtensionAttributes.extensionAttribute1`, `extension_<application>_<name>`.",
                "anyOf": [
                    {"enum": sorted(ATTRIBUTES)},
                    {"type": "string", "pattern": f"^({'|'.join(sorted(ATTRIBUTES))}|{EXTENSION.pattern}){_STEPS}$"},
                ],
            }
        ),
    ],
)
