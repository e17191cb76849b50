"""The snapshot of a tenant of any size, made without a server: the tables that a reading of it would have left.

Text is as long and as varied as in the sandbox tenant: an org tree with a span of seven, groups of very different
sizes, a few of them nested, and in a thousand people some whose rows are wrong. The same numbers give the same files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.compute
from upath import UPath

from entra_sync.config.account import AccountConfig
from entra_sync.extract.select import COLUMN_TYPES, EXTENSION_ATTRIBUTES, GROUP_SELECT, schema, user_select
from entra_sync.extract.snapshot import TableWriter
from entra_sync.extract.tables import MANAGER_COLUMNS, MEMBERSHIP_SCHEMA
from sandbox.names import DEPARTMENTS, EMPLOYEE_TYPES, GIVEN, OFFICES, SURNAMES

# A tenant of so many users has so many groups and memberships, in every measurement that is given its users alone.
GROUPS_PER_USER, MEMBERSHIPS_PER_USER = 0.05, 5
SPAN = 7
NESTED = 0.02  # share of the groups that hold another group

# The stubs know neither numpy's offsets of lists nor masks.
pa: Any = pyarrow
pc: Any = pyarrow.compute
Column = Any
Table = Any
Numbers = Any


def make_snapshot(
    folder: Path, account: AccountConfig, *, users: int, groups: int, memberships: int
) -> dict[str, dict[str, Any]]:
    """Write the three tables; gives what a manifest says of the files."""
    rng = np.random.default_rng(1)
    people, teams = _ids(rng, users), _ids(rng, groups)
    tables = {
        "users": _users(rng, people, schema(user_select(account), MANAGER_COLUMNS)),
        "groups": _groups(rng, teams, people),
        "memberships": _memberships(rng, people, teams, memberships),
    }
    files = {}
    for name, table in tables.items():
        writer = TableWriter(UPath(folder) / f"{name}.parquet", table.schema)
        with writer:
            for batch in table.to_batches(max_chunksize=100_000):
                writer.write(batch)
        files[writer.name] = writer.seal()
    return files


def _users(rng: Any, ids: Column, wanted: pyarrow.Schema) -> Table:
    size = len(ids)
    numbers = pa.array(np.arange(size)).cast(pa.string())
    given, surname = _some(rng, GIVEN, size), _some(rng, SURNAMES, size)
    offices = rng.integers(0, len(OFFICES), size)
    departments = rng.integers(0, len(DEPARTMENTS), size)
    titles = tuple(title for row in DEPARTMENTS for title in (row[2], *row[3]))
    name = _joined(given, " ", surname)
    mail = pc.utf8_lower(_joined(pc.ascii_lower(given), ".", numbers, "@contoso.com"))
    guest, disabled = rng.random(size) < 0.04, rng.random(size) < 0.03
    heads = np.maximum(np.arange(size) - 1, 0) // SPAN
    managed = (np.arange(size) > 0) & ~guest
    cost_center = _joined("CC-", pa.array(1000 + 10 * departments + rng.integers(0, 4, size)).cast(pa.string()))
    phone = pa.array(rng.integers(10_000, 99_999, size)).cast(pa.string())
    dial = _places(offices, 6)
    hired = (np.datetime64("2026-01-05") - rng.integers(1, 4200, size)).astype("datetime64[D]")
    columns: dict[str, Column] = {
        "id": ids,
        "accountEnabled": pa.array(~disabled),
        "userType": _either(guest, "Guest", "Member"),
        "mail": _spoiled(rng, mail, 0.001, "not an address"),
        "userPrincipalName": mail,
        "displayName": name,
        "createdDateTime": pa.repeat("2024-02-01T09:30:00Z", size),
        "givenName": given,
        "surname": surname,
        "jobTitle": _spoiled(rng, _some(rng, titles, size), 0.02, None),
        "department": pa.array([row[0] for row in DEPARTMENTS]).take(pa.array(departments)),
        "companyName": pa.repeat("Contoso Ltd", size),
        "officeLocation": _places(offices, 0),
        "city": _places(offices, 1),
        "state": _places(offices, 2),
        "country": _places(offices, 3),
        "preferredLanguage": _places(offices, 7),
        "mobilePhone": _spoiled(rng, _spoiled(rng, _joined(dial, " ", phone), 0.3, None), 0.002, "ask reception"),
        "businessPhones": pa.ListArray.from_arrays(np.arange(size + 1, dtype="int32"), _joined(dial, " ", phone)),
        "employeeId": _spoiled(rng, _joined("E", numbers), 0.0005, "E1"),
        "employeeType": _some(rng, EMPLOYEE_TYPES, size),
        "employeeHireDate": _spoiled(rng, _joined(pa.array(hired).cast(pa.string()), "T00:00:00Z"), 0.001, "soon"),
        "onPremisesExtensionAttributes": _extensions(cost_center),
        "manager_id": pc.if_else(pa.array(managed), ids.take(pa.array(heads)), None),
        "manager_type": _either(managed, "user", None),
    }
    arrays = [columns.get(field.name, pa.nulls(size, field.type)).cast(field.type) for field in wanted]
    return pa.Table.from_arrays(arrays, schema=wanted)


def _extensions(first: Column) -> Column:
    others = [pa.nulls(len(first), pa.string())] * (EXTENSION_ATTRIBUTES.num_fields - 1)
    return pa.StructArray.from_arrays([first, *others], fields=list(EXTENSION_ATTRIBUTES))


def _groups(rng: Any, ids: Column, people: Column) -> Table:
    """Half Microsoft 365 groups, a third security groups, the rest with mail; each with an owner."""
    size = len(ids)
    kinds = rng.choice(4, size, p=(0.5, 0.35, 0.1, 0.05))
    unified = pa.array(kinds == 0)
    numbers = pa.array(np.arange(size)).cast(pa.string())
    flat = pa.repeat("Unified", int((kinds == 0).sum()))
    places = np.concatenate([[0], np.cumsum(kinds == 0)]).astype("int32")
    owner = people.take(pa.array(rng.integers(0, len(people), size)))
    columns: dict[str, Column] = {
        "id": ids,
        "displayName": _joined("Project ", _some(rng, SURNAMES, size), " ", numbers),
        "description": _joined("Working group ", numbers),
        "mailEnabled": pa.array(kinds != 1),
        "mailNickname": _joined("project", numbers),
        "securityEnabled": pa.array((kinds == 1) | (kinds == 3)),
        "groupTypes": pa.ListArray.from_arrays(places, flat),
        "visibility": pc.if_else(unified, "Private", pa.scalar(None, pa.string())),
    }
    table = pa.table(
        {name: columns.get(name, pa.nulls(size, COLUMN_TYPES.get(name, pa.string()))) for name in GROUP_SELECT}
    )
    return table.append_column("owner_ids", pa.ListArray.from_arrays(np.arange(size + 1, dtype="int32"), owner))


def _memberships(rng: Any, people: Column, teams: Column, count: int) -> Table:
    """The larger groups hold most of them, as in any company; each pair once."""
    weights = 1 / (np.arange(len(teams)) + 3) ** 0.5
    sizes = np.minimum(np.round(weights / weights.sum() * count), len(people) // 2).astype("int64")
    group = np.repeat(np.arange(len(teams)), sizes)
    pairs = np.unique(group * len(people) + rng.integers(0, len(people), len(group)))
    outer = np.arange(1, len(teams), round(1 / NESTED))
    group_ids = pa.concat_arrays([teams.take(pa.array(pairs // len(people))), teams.take(pa.array(outer - 1))])
    member_ids = pa.concat_arrays([people.take(pa.array(pairs % len(people))), teams.take(pa.array(outer))])
    kinds = pa.concat_arrays([pa.repeat("user", len(pairs)), pa.repeat("group", len(outer))])
    return pa.Table.from_arrays([group_ids, member_ids, kinds], schema=MEMBERSHIP_SCHEMA)


def _ids(rng: Any, count: int) -> Column:
    """GUIDs of version 4, sorted as a full reading leaves them."""
    digits = [rng.bytes(16).hex() for _ in range(count)]
    return pa.array(sorted(f"{d[:8]}-{d[8:12]}-4{d[13:16]}-8{d[17:20]}-{d[20:]}" for d in digits), pa.string())


def _some(rng: Any, words: tuple[str, ...], size: int) -> Column:
    return pa.array(words).take(pa.array(rng.integers(0, len(words), size)))


def _places(offices: Numbers, item: int) -> Column:
    return pa.array([row[item] for row in OFFICES]).take(pa.array(offices))


def _joined(*parts: Any) -> Column:
    return pc.binary_join_element_wise(*parts, "")


def _either(mask: Numbers, one: str, other: str | None) -> Column:
    return pc.if_else(pa.array(mask), one, pa.scalar(other, pa.string()))


def _spoiled(rng: Any, values: Column, share: float, bad: str | None) -> Column:
    return pc.if_else(pa.array(rng.random(len(values)) < share), pa.scalar(bad, pa.string()), values)
