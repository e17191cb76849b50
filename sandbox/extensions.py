"""Attributes that a tenant names itself: two directory extensions of one application, and a schema extension.

A part of the employees has them. https://learn.microsoft.com/graph/extensibility-overview
"""

from __future__ import annotations

import re
from typing import Any

APPLICATION = "0f3c2a6b9d8e4f71a5b2c3d4e5f60718"
COST_CENTER = f"extension_{APPLICATION}_costCenter"
BADGE = f"extension_{APPLICATION}_badge"
HR = "ext8k2v1q4a_hr"

# A directory extension carries the application's id without hyphens; a schema extension begins with its owner.
NAME = re.compile(r"extension_[0-9a-f]{32}_\w+|ext[0-9a-z]{8}_\w+", re.ASCII)

EVERY, GRADES = 3, 9


def own_attributes(number: int, cost_center: str) -> dict[str, Any]:
    """What the employee of that number has of them: two in three nothing."""
    if number % EVERY:
        return {}
    return {
        COST_CENTER: cost_center,
        BADGE: 70_000 + number,
        HR: {"grade": 1 + number // EVERY % GRADES, "remote": number % (2 * EVERY) == 0},
    }


def is_own(name: str) -> bool:
    """Whether an attribute is one that a tenant named; an answer leaves it out where it has no value."""
    return NAME.fullmatch(name) is not None
