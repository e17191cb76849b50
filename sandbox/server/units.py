"""What a request costs: resource units of the identity and access service.

https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
"""

from __future__ import annotations

from collections.abc import Mapping

BASE = {"users": 2, "members": 3, "transitiveMembers": 5, "memberOf": 2}


def resource_units(kind: str, query: Mapping[str, str]) -> int:
    """Units of one request, never below 1; a next page costs what its first page did."""
    units = BASE.get(kind, 1)
    units -= "$select" in query
    units += "$expand" in query
    top = query.get("$top", "")
    units -= top.isdigit() and int(top) < 20
    return max(1, units)
