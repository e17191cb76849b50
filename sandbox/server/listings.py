"""Lists of ids that all requests share: users and groups in listing order, and users by their principal name.

Made anew when the company's ``version`` has changed, or its size; never searched through or copied by a request.
"""

from __future__ import annotations

import threading
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from sandbox.company import Company

Collection = Literal["users", "groups"]
Made = TypeVar("Made")


class NameIndex:
    """Users sorted by principal name without case."""

    def __init__(self, company: Company, ids: list[str]) -> None:
        found = [user for user in map(company.users.get, ids) if user is not None]
        pairs = sorted((_name(user.attributes), user.id) for user in found)
        self._names = [name for name, _ in pairs]
        self._ids = [user_id for _, user_id in pairs]

    def between(self, comparisons: list[tuple[str, str]]) -> list[str]:
        """Ids of the users that fulfil all comparisons: an operator of ``ge gt le lt`` and a folded text each."""
        low, high = 0, len(self._names)
        for operator, text in comparisons:
            side = bisect_left if operator in ("ge", "lt") else bisect_right
            place = side(self._names, text)
            if operator in ("ge", "gt"):
                low = max(low, place)
            else:
                high = min(high, place)
        return self._ids[low:high]

    def find(self, name: str) -> str | None:
        """The user of this principal name."""
        place = bisect_left(self._names, name.casefold())
        found = place < len(self._names) and self._names[place] == name.casefold()
        return self._ids[place] if found else None


class Listings:
    """What is listed of a company; safe to ask from several threads."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._lock = threading.RLock()
        self._made: dict[tuple[str, float], tuple[tuple[int, int], Any]] = {}

    def ids(self, collection: Collection, missing: float = 0.0) -> list[str]:
        """Ids in listing order, without a share ``missing`` of them: always the same objects, chosen by their ids."""
        objects = self._company.users if collection == "users" else self._company.groups
        if not missing:
            return self._kept(collection, 0.0, len(objects), lambda: list(objects))
        return self._kept(
            collection, missing, len(objects), lambda: [i for i in self.ids(collection) if _place(i) >= missing]
        )

    def names(self, missing: float = 0.0) -> NameIndex:
        """The users that ``ids`` gives, by their principal names."""
        size = len(self._company.users)
        return self._kept("names", missing, size, lambda: NameIndex(self._company, self.ids("users", missing)))

    def _kept(self, what: str, missing: float, size: int, make: Callable[[], Made]) -> Made:
        with self._lock:
            state = (self._company.version, size)
            known = self._made.get((what, missing))
            if known is None or known[0] != state:
                known = self._made[what, missing] = (state, make())
            made: Made = known[1]
            return made


def _name(attributes: dict[str, Any]) -> str:
    return str(attributes.get("userPrincipalName") or "").casefold()


def _place(object_id: str) -> float:
    """Where an id lies between 0 and 1."""
    return zlib.crc32(object_id.encode()) / 2**32
