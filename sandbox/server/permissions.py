"""Application permissions: any one of a set opens an endpoint.

https://learn.microsoft.com/graph/permissions-reference
"""

from __future__ import annotations

DIRECTORY = frozenset({"Directory.Read.All", "Directory.ReadWrite.All"})
USER_READ = DIRECTORY | {"User.Read.All", "User.ReadWrite.All"}
GROUP_READ = DIRECTORY | {
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
}
DELETED_GROUP_READ = DIRECTORY | {"Group.Read.All", "Group.ReadWrite.All"}
APPLICATION_READ = DIRECTORY | {"Application.Read.All", "Application.ReadWrite.All"}
ORGANIZATION_READ = DIRECTORY | {"Organization.Read.All", "Organization.ReadWrite.All"}

# Attributes of members, by their type.
TYPE_READ: dict[str, frozenset[str]] = {
    "user": USER_READ,
    "group": GROUP_READ,
    "orgContact": DIRECTORY | {"OrgContact.Read.All"},
    "device": DIRECTORY | {"Device.Read.All", "Device.ReadWrite.All"},
    "servicePrincipal": DIRECTORY | {"Application.Read.All", "Application.ReadWrite.All"},
}
