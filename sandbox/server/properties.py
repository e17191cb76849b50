"""Which properties users and groups have in Graph v1.0, and what asking for one needs.

https://learn.microsoft.com/graph/api/resources/user and .../group
"""

from __future__ import annotations

from typing import Any

from sandbox.extensions import is_own
from sandbox.server.errors import bad_request, not_implemented


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


USER_DEFAULT = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)

USER = frozenset(USER_DEFAULT) | _names(
    "accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo city companyName consentProvidedForMinor "
    "country createdDateTime creationType customSecurityAttributes deletedDateTime department employeeHireDate "
    "employeeId employeeLeaveDateTime employeeOrgData employeeType externalUserState "
    "externalUserStateChangeDateTime faxNumber identities identityParentId imAddresses infoCatalogs "
    "isManagementRestricted isResourceAccount lastPasswordChangeDateTime legalAgeGroupClassification "
    "licenseAssignmentStates mailNickname onPremisesDistinguishedName onPremisesDomainName "
    "onPremisesExtensionAttributes onPremisesImmutableId onPremisesLastSyncDateTime onPremisesProvisioningErrors "
    "onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName "
    "otherMails passwordPolicies passwordProfile postalCode preferredDataLocation provisionedPlans proxyAddresses "
    "securityIdentifier serviceProvisioningErrors showInAddressList signInActivity signInSessionsValidFromDateTime "
    "state streetAddress usageLocation userType"
)

# Of one user only, never of the collection.
ONE_USER_ONLY = _names(
    "aboutMe birthday hireDate interests mailboxSettings mySite pastProjects preferredName responsibilities schools "
    "skills"
)

# A permission on top of User.Read.All.
USER_EXTRA_PERMISSION = {
    "signInActivity": "AuditLog.Read.All",
    "customSecurityAttributes": "CustomSecAttributeAssignment.Read.All",
    "employeeLeaveDateTime": "User-LifeCycleInfo.Read.All",
}

GROUP = _names(
    "assignedLabels assignedLicenses classification createdDateTime deletedDateTime description displayName "
    "expirationDateTime groupTypes id infoCatalogs isAssignableToRole isManagementRestricted licenseProcessingState "
    "mail mailEnabled mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName "
    "onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesProvisioningErrors onPremisesSamAccountName "
    "onPremisesSecurityIdentifier onPremisesSyncEnabled organizationId preferredDataLocation preferredLanguage "
    "proxyAddresses renewedDateTime resourceBehaviorOptions resourceProvisioningOptions securityEnabled "
    "securityIdentifier serviceProvisioningErrors theme uniqueName visibility"
)
GROUP_DEFAULT = tuple(sorted(GROUP - {"organizationId", "infoCatalogs", "isManagementRestricted"}))

OTHER_DEFAULT: dict[str, tuple[str, ...]] = {
    "orgContact": ("id", "displayName", "mail", "companyName", "jobTitle"),
    "device": ("id", "displayName", "operatingSystem"),
    "servicePrincipal": ("id", "displayName", "servicePrincipalType"),
}
OTHER = frozenset(name for names in OTHER_DEFAULT.values() for name in names)

LISTS = _names(
    "businessPhones groupTypes imAddresses otherMails proxyAddresses assignedLicenses assignedPlans identities "
    "licenseAssignmentStates onPremisesProvisioningErrors provisionedPlans serviceProvisioningErrors "
    "resourceBehaviorOptions resourceProvisioningOptions infoCatalogs"
)


def select(text: str | None, entity: str) -> tuple[str, ...] | None:
    """The names of a ``$select``, None without one; refuses what the type does not have."""
    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    known = {"user": USER, "group": GROUP}.get(entity, USER | GROUP | OTHER)
    for name in names:
        if name in ONE_USER_ONLY and entity == "user":
            raise not_implemented()
        # The manager may be named here, and without $expand that gives nothing.
        if name not in known and not is_own(name) and name != "manager":
            kind = entity if entity in ("user", "group") else "directoryObject"
            raise bad_request(
                f"Could not find a property named '{name}' on type 'microsoft.graph.{kind}'.", "BadRequest"
            )
    return tuple(name for name in names if name != "manager")


def render(attributes: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """These properties of an object; one never set is null, or an empty list, and one of the tenant's own absent."""
    return render_all([attributes], names)[0]


def render_all(objects: list[dict[str, Any]], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The same of many objects."""
    own = [name for name in names if is_own(name)]
    unset: list[tuple[str, Any]] = [(name, [] if name in LISTS else None) for name in names if name not in own]
    rows = [{name: attributes.get(name, value) for name, value in unset} for attributes in objects]
    for row, attributes in zip(rows, objects, strict=True) if own else ():
        row.update({name: attributes[name] for name in own if attributes.get(name) is not None})
    return rows
