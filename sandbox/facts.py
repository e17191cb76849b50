"""What is in a company, in numbers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sandbox.model import Company


def facts(company: Company) -> dict[str, Any]:
    """What ``show`` prints, in its order."""
    users = [user.attributes for user in company.users.values()]
    kinds = Counter(_kind(group.attributes) for group in company.groups.values())
    return {
        "company": f"{company.name} ({company.domain}), day {company.day}, seed {company.seed}",
        "users": len(users),
        "  enabled members": sum(bool(u["accountEnabled"]) and u["userType"] == "Member" for u in users),
        "  guests": sum(u["userType"] == "Guest" for u in users),
        "  disabled": sum(not u["accountEnabled"] for u in users),
        "  with a manager": sum(company.manager_of(user_id) is not None for user_id in company.users),
        "  in deleted items": len(company.deleted_users),
        "groups": len(company.groups),
        **{f"  {name}": number for name, number in sorted(kinds.items())},
        "direct memberships": sum(len(company.members(group_id)) for group_id in company.groups),
    }


def _kind(group: dict[str, Any]) -> str:
    if "DynamicMembership" in group["groupTypes"]:
        return "dynamic"
    if "Unified" in group["groupTypes"]:
        return "Microsoft 365"
    if group["mailEnabled"]:
        return "mail-enabled security" if group["securityEnabled"] else "distribution"
    return "security"
