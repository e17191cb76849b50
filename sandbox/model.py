"""A directory in memory: users, groups, other objects, and what an administrator can do to them.

Attributes carry Graph's names. A soft-deleted object leaves ``users`` or ``groups`` but keeps its links, as in Entra:
they are only not shown, and a restored object has them again. Every change counts ``version`` up and is logged by
object, so that a change feed can be read from it.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.addresses import local_part
from sandbox.objects import Change, DirectoryObject, Group, User
from sandbox.wire import from_json, to_json

CHANGES_KEPT = 400_000
EPOCH = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)  # day 0 of every company


@dataclass(kw_only=True)
class Company:
    """The whole tenant. Ids and the clock come from ``seed``, ``serial`` and ``day``: the same story every time."""

    seed: int = 1
    name: str = "Contoso Ltd"
    domain: str = "contoso.com"
    initial_domain: str = "contoso.onmicrosoft.com"
    day: int = 0
    serial: int = 0
    version: int = 0
    told_from: int = 0  # positions in the change feeds before this version are lost
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    others: dict[str, DirectoryObject] = field(default_factory=dict)
    deleted_users: dict[str, User] = field(default_factory=dict)
    deleted_groups: dict[str, Group] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)
    _names: set[str] | None = field(default=None, init=False, repr=False, compare=False)
    # By local part: no smaller number than this one is free. Without it the thousandth Maria Silva tried a thousand.
    _numbers: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    # Users

    def add_user(self, *, manager_id: str | None = None, **attributes: Any) -> str:
        """Add an enabled member; what is not given gets a sensible default, what is given as None stays empty."""
        with self.lock:
            user_id = str(attributes.pop("id", None) or self.new_id("user"))
            shown = attributes.get("displayName") or f"New Person {self.serial}"
            mail = attributes.get("mail")
            names = str(shown).split()
            defaults: dict[str, Any] = {
                "id": user_id,
                "accountEnabled": True,
                "userType": "Member",
                "displayName": shown,
                "givenName": names[0] if names else None,
                "surname": " ".join(names[1:]) or None,
                "userPrincipalName": self.free_principal_name(str(mail or shown)),
                "createdDateTime": self.now(),
                "businessPhones": [],
            }
            given = defaults | attributes
            given.setdefault("mail", given["userPrincipalName"])
            self.users[user_id] = User(id=user_id, attributes=given, manager_id=manager_id)
            self.claim(str(given["userPrincipalName"]))
            self._log(self.users[user_id], "user", "created")
            return user_id

    def update_user(self, user_id: str, **attributes: Any) -> None:
        """Set attributes; None clears one, and a value that is there already is no change."""
        with self.lock:
            user = self.users[user_id]
            changed = _set(user, attributes)
            if attributes.get("userPrincipalName"):
                self.claim(str(attributes["userPrincipalName"]))
            if changed:
                self._log(user, "user", "updated", names=changed)

    def set_manager(self, user_id: str, manager_id: str | None) -> None:
        """Set or, with None, remove the manager; the one that is there already is no change."""
        with self.lock:
            if manager_id is not None and manager_id not in self.users and manager_id not in self.others:
                raise KeyError(manager_id)
            user = self.users[user_id]
            old_id, user.manager_id = user.manager_id, manager_id
            if old_id != manager_id:
                self._log(user, "user", "manager", manager_id, old_id=old_id)

    def disable(self, user_id: str) -> None:
        """Block the account from signing in."""
        self.update_user(user_id, accountEnabled=False)

    def enable(self, user_id: str) -> None:
        """Let the account sign in again."""
        self.update_user(user_id, accountEnabled=True)

    def delete_user(self, user_id: str) -> None:
        """Move a user to the deleted items; memberships and reports stay linked, unseen."""
        with self.lock:
            user = self.users.pop(user_id)
            user.attributes = user.attributes | {"deletedDateTime": self.now()}
            self.deleted_users[user_id] = user
            self._log(user, "user", "deleted")

    def restore_user(self, user_id: str) -> None:
        """Bring a user back from the deleted items, with all links."""
        with self.lock:
            user = self.deleted_users.pop(user_id)
            user.attributes = user.attributes | {"deletedDateTime": None}
            self.users[user_id] = user
            self._log(user, "user", "restored")

    def purge_user(self, user_id: str) -> None:
        """Delete a user of the deleted items for good, with all links."""
        with self.lock:
            user = self.deleted_users.pop(user_id)
            self._taken().discard(str(user.attributes.get("userPrincipalName")).lower())
            self._numbers.clear()
            self._unlink(user_id)
            for report in (*self.users.values(), *self.deleted_users.values()):
                if report.manager_id == user_id:
                    report.manager_id = None
            self._log(user, "user", "purged")

    # Groups

    def add_group(self, **attributes: Any) -> str:
        """Add a group without members; by default a Microsoft 365 group."""
        with self.lock:
            group_id = str(attributes.pop("id", None) or self.new_id("group"))
            shown = attributes.get("displayName") or f"New group {self.serial}"
            nickname = attributes.get("mailNickname") or local_part(str(shown)) or f"group{self.serial}"
            defaults: dict[str, Any] = {
                "id": group_id,
                "displayName": shown,
                "description": None,
                "mailNickname": nickname,
                "mailEnabled": True,
                "securityEnabled": False,
                "groupTypes": ["Unified"],
                "visibility": "Private",
                "createdDateTime": self.now(),
            }
            given = defaults | attributes
            given.setdefault("mail", f"{nickname}@{self.domain}" if given["mailEnabled"] else None)
            self.groups[group_id] = Group(id=group_id, attributes=given)
            self._log(self.groups[group_id], "group", "created")
            return group_id

    def update_group(self, group_id: str, **attributes: Any) -> None:
        """Set attributes; None clears one, and a value that is there already is no change."""
        with self.lock:
            group = self.groups[group_id]
            if changed := _set(group, attributes):
                self._log(group, "group", "updated", names=changed)

    def delete_group(self, group_id: str) -> None:
        """Move a group to the deleted items."""
        with self.lock:
            group = self.groups.pop(group_id)
            group.attributes = group.attributes | {"deletedDateTime": self.now()}
            self.deleted_groups[group_id] = group
            self._log(group, "group", "deleted")

    def restore_group(self, group_id: str) -> None:
        """Bring a group back from the deleted items, with its members."""
        with self.lock:
            group = self.deleted_groups.pop(group_id)
            group.attributes = group.attributes | {"deletedDateTime": None}
            self.groups[group_id] = group
            self._log(group, "group", "restored")

    def add_member(self, group_id: str, member_id: str) -> None:
        """Add a user, a group or another object; a member already is no error."""
        with self.lock:
            if self.kind(member_id) is None:
                raise KeyError(member_id)
            group = self.groups[group_id]
            if member_id not in group.member_ids:
                group.member_ids = group.member_ids | {member_id: None}
                self._log(group, "group", "member added", member_id)

    def remove_member(self, group_id: str, member_id: str) -> None:
        """Remove a direct member; raises KeyError when it is none."""
        with self.lock:
            left = dict(self.groups[group_id].member_ids)
            del left[member_id]
            self.groups[group_id].member_ids = left
            self._log(self.groups[group_id], "group", "member removed", member_id)

    def forget_positions(self) -> None:
        """Make every position in the change feeds so far a lost one."""
        with self.lock:
            self.version += 1
            self.told_from = self.version

    # Questions

    def kind(self, object_id: str) -> str | None:
        """``user``, ``group``, ``orgContact``, ``device``, ``servicePrincipal``; None when deleted or unknown."""
        if object_id in self.users:
            return "user"
        if object_id in self.groups:
            return "group"
        other = self.others.get(object_id)
        return other.kind if other else None

    def attributes(self, object_id: str) -> dict[str, Any]:
        """The attributes of any object; raises KeyError."""
        found = self.users.get(object_id) or self.groups.get(object_id) or self.others[object_id]
        return found.attributes

    def members(self, group_id: str, *, service_principals: bool = False) -> list[str]:
        """Direct members as Graph v1.0 lists them: no deleted objects, and no service principals unless asked for."""
        kinds = ((member, self.kind(member)) for member in self.groups[group_id].member_ids)
        hidden = (None,) if service_principals else (None, "servicePrincipal")
        return [member for member, kind in kinds if kind not in hidden]

    def transitive_members(self, group_id: str) -> list[str]:
        """Direct and nested members, each once, nearest first."""
        found: dict[str, None] = {}
        waiting = [group_id]
        for current in waiting:
            for member in self.members(current):
                if member not in found and member != group_id:
                    found[member] = None
                    if member in self.groups:
                        waiting.append(member)
        return list(found)

    def manager_of(self, user_id: str) -> str | None:
        """The manager as Graph shows it: None when there is none or it is deleted."""
        manager_id = self.users[user_id].manager_id
        return manager_id if manager_id is not None and self.kind(manager_id) else None

    def now(self) -> str:
        """The company's clock: it stands still for a whole working day."""
        return (EPOCH + timedelta(days=self.day)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def new_id(self, kind: str) -> str:
        """The next object id, a lower-case GUID."""
        self.serial += 1
        digest = hashlib.sha256(f"{self.seed}:{kind}:{self.serial}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))

    def free_principal_name(self, wish: str) -> str:
        """A user principal name that nobody has, deleted users included, as near as possible to ``wish``."""
        local = local_part(wish.partition("@")[0]) or "user"
        taken, number = self._taken(), self._numbers.get(local, 1)
        while (name := f"{local}{number if number > 1 else ''}@{self.domain}") in taken:
            number += 1
        self._numbers[local] = number
        return name

    def claim(self, principal_name: str) -> None:
        """Take a user principal name, so that ``free_principal_name`` gives it to nobody else."""
        self._taken().add(principal_name.lower())

    # File

    def to_json(self) -> bytes:
        """The whole company as JSON."""
        with self.lock:
            parts: dict[str, Any] = {
                name: getattr(self, name)
                for name in ("seed", "name", "domain", "initial_domain", "day", "serial", "version", "told_from")
            }
            for name in ("users", "groups", "others", "deleted_users", "deleted_groups"):
                parts[name] = [vars(item) for item in getattr(self, name).values()]
            parts["changes"] = [asdict(change) for change in self.changes]
            return to_json(parts)

    @classmethod
    def from_json(cls, text: bytes | str) -> Company:
        """Read what ``to_json`` wrote."""
        parts = from_json(text)
        kinds: dict[str, type[Any]] = {
            "users": User,
            "groups": Group,
            "others": DirectoryObject,
            "deleted_users": User,
            "deleted_groups": Group,
        }
        for name, kind in kinds.items():
            parts[name] = {item["id"]: kind(**item) for item in parts[name]}
        parts["changes"] = [Change(**change) for change in parts["changes"]]
        return cls(**parts)

    def _taken(self) -> set[str]:
        if self._names is None:
            everyone: Iterable[User] = (*self.users.values(), *self.deleted_users.values())
            self._names = {str(user.attributes.get("userPrincipalName")).lower() for user in everyone}
        return self._names

    def _unlink(self, object_id: str) -> None:
        for group in (*self.groups.values(), *self.deleted_groups.values()):
            if object_id in group.member_ids:
                group.member_ids = {m: None for m in group.member_ids if m != object_id}
                self._log(group, "group", "member removed", object_id)
            group.owner_ids = [owner for owner in group.owner_ids if owner != object_id]

    def _log(
        self,
        item: User | Group,
        entity: str,
        what: str,
        link_id: str | None = None,
        *,
        old_id: str | None = None,
        names: list[str] | None = None,
    ) -> None:
        self.version += 1
        item.version = self.version
        self.changes.append(
            Change(
                version=self.version,
                entity=entity,
                id=item.id,
                what=what,
                link_id=link_id,
                old_id=old_id,
                names=names or [],
            )
        )
        if len(self.changes) > CHANGES_KEPT:
            # Whoever comes with a position before these has to list everything again.
            del self.changes[: CHANGES_KEPT // 2]


def _set(item: User | Group, attributes: dict[str, Any]) -> list[str]:
    """Set attributes, and remember which were cleared; gives the names of those that differ from before."""
    changed = [name for name, value in attributes.items() if item.attributes.get(name) != value]
    cleared = {name for name, value in attributes.items() if value is None and item.attributes.get(name) is not None}
    item.cleared = sorted((set(item.cleared) | cleared) - {n for n, value in attributes.items() if value is not None})
    item.attributes = item.attributes | attributes
    return changed
