"""Any snapshot and any valid account, for hypothesis: directories as bad as they come, rules as people combine them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from entra_sync.codes import SEVERITIES
from entra_sync.config.account import AccountConfig
from entra_sync.config.fields import PROFILE_COLUMNS
from entra_sync.extract.select import GROUP_SELECT, schema, user_select
from entra_sync.extract.tables import MANAGER_COLUMNS, MEMBERSHIP_SCHEMA, SnapshotTables
from tests.transform.tenant import account, gid, uid

PEOPLE, GROUPS = 9, 5
USER_IDS = [uid(n) for n in range(PEOPLE)]
GROUP_IDS = [gid(n) for n in range(GROUPS)]
UNKNOWN = [uid(900), gid(900), "", "no id", None]

TEXTS = [
    *(
        None,
        "",
        "  ",
        "\x00",
        "\x07",
        "a",
        "A ",
        "a\x00b",
        "\ufffd",
        "x" * 300,
        "\u202bשרה\u202c",
        "e\u0301",
        "\U0001f331",
    ),
    *("=1+1", "'; --", "{givenName}", "null", "Sales", "sales ", "SALES", "ß", "İ", "line\nbreak", "\u2028"),
    *(
        "p1@contoso.com",
        "P1@contoso.com ",
        "p2@contoso.com",
        "no address",
        "a b@c.de",
        "x_y.com#EXT#@t.onmicrosoft.com",
    ),
    *(
        "2024-05-01",
        "2024-05-01T23:30:00+02:00",
        "1601-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01",
        "2024-13-45",
    ),
    *("1", "+7", "-0", "4.5", "999999999999999999999", "٣", "true", "YES", "No", "perhaps", "Member", "Guest"),
    *("+44 20 7946 0000", "ask", "12", "00000000-0000-4000-8000-000000000001", '{"a": [1]}', "[1", '[{"issuer": "x"}]'),
]
texts = st.sampled_from(TEXTS) | st.text(max_size=6)

ATTRIBUTES = [
    *("givenName", "surname", "displayName", "jobTitle", "department", "mail", "userPrincipalName", "employeeId"),
    *("employeeHireDate", "businessPhones", "businessPhones[0]", "otherMails[1]", "manager", "accountEnabled"),
    *(
        "onPremisesExtensionAttributes.extensionAttribute1",
        "onPremisesExtensionAttributes",
        "employeeOrgData.costCenter",
    ),
    *("extension_0a_x", "contoso_scheme", "contoso_scheme.a[0]", "identities[0].issuer", "userType", "id"),
]
paths = st.sampled_from(ATTRIBUTES)
switch_keys = st.sampled_from(["Sales", "a", "true", "1", "", "2024-05-01", "ß"])


@st.composite
def fields(draw: Any, *, email: bool = False, kinds: tuple[str, ...] = ()) -> dict[str, Any]:
    """One line of a mapping."""
    source = draw(st.sampled_from(["from", "template", "first_of", "value"]))
    field: dict[str, Any] = {
        "from": lambda: {"from": draw(paths)},
        "template": lambda: {
            "template": draw(st.sampled_from(["{givenName} {surname}", "{mail}", "{id}-{jobTitle}!", ""]))
        },
        "first_of": lambda: {"first_of": draw(st.lists(paths, min_size=1, max_size=3))},
        "value": lambda: {"value": draw(st.sampled_from(["Contoso", "", "2024-05-01", "7", 'a\t"b"\\']))},
    }[source]()
    field |= draw(st.sampled_from([{}, {"lower": True}, {"title": True}]))
    if draw(st.booleans()):
        field["switch"] = draw(
            st.dictionaries(switch_keys, st.sampled_from(["One", "two", None, "", "a\nb\x01", '"\\']), max_size=3)
        )
        if draw(st.booleans()):
            field["otherwise"] = draw(st.sampled_from([None, "Other"]))
    field |= draw(st.fixed_dictionaries({}, optional={"strip": st.booleans(), "default": paths}))
    if kinds:
        field["type"] = draw(st.sampled_from(kinds))
    if not email:
        field |= draw(st.fixed_dictionaries({}, optional={"only_on_create": st.booleans(), "clear": st.booleans()}))
    return field


@st.composite
def mappings(draw: Any) -> dict[str, Any]:
    """Some fields, among them custom ones; each may be switched off."""
    kinds = ("text", "date", "bool", "int", "email", "phone")
    names = [name for name in PROFILE_COLUMNS if name not in ("manager", "hire_date")]
    mapping = draw(st.dictionaries(st.sampled_from(names), st.none() | fields(kinds=kinds), max_size=4))
    mapping |= draw(st.dictionaries(st.sampled_from(["custom.a", "custom.b"]), fields(kinds=kinds)))
    optional = {
        "email": fields(email=True, kinds=("text", "email")),
        "hire_date": st.none() | fields(kinds=("text", "date")),
        "manager": st.sampled_from([None, "manager"]),
    }
    return dict(mapping | draw(st.fixed_dictionaries({}, optional=optional)))


@st.composite
def conditions(draw: Any) -> dict[str, Any]:
    """One condition of a filter."""
    operand = draw(
        st.one_of(
            st.tuples(
                st.sampled_from(["equals", "starts_with", "ends_with"]), st.sampled_from(["", "a", "Sales", "ß", "."])
            ),
            st.tuples(st.just("in"), st.lists(st.sampled_from(["", "a", "sales", "Guest"]), max_size=3)),
            st.tuples(st.just("matches"), st.sampled_from([".*", "(?i)s.*", "", "[^@]+@contoso\\.com"])),
            st.tuples(st.just("is_null"), st.booleans()),
        )
    )
    return {"attribute": draw(paths), operand[0]: operand[1], "not": draw(st.booleans())}


patterns = st.lists(st.sampled_from(["*", "A", "a*", "[A]", "Sales", gid(1), gid(900)]), max_size=2)
scopes = st.fixed_dictionaries(
    {},
    optional={
        "user_types": st.sampled_from([["Member"], ["Guest", "Member"]]),
        "require_email": st.booleans(),
        "groups": st.fixed_dictionaries({}, optional={"include": patterns, "exclude": patterns}),
        "filter": st.lists(conditions() | st.lists(conditions(), max_size=2), max_size=2),
    },
)
from_groups = st.fixed_dictionaries(
    {},
    optional={
        "types": st.sampled_from([["microsoft365"], ["security", "distribution", "mail_security"]]),
        "include": patterns,
        "exclude": patterns,
        "hidden": st.booleans(),
        "empty": st.booleans(),
        "lead": st.sampled_from([None, "owner"]),
    },
)
teams = st.fixed_dictionaries(
    {},
    optional={
        "from_groups": st.none() | from_groups,
        "nested": st.booleans(),
        "from_managers": st.booleans(),
        "manager_team_name": st.sampled_from(["{display_name}'s team", "A{display_name}"]),
    },
)


@st.composite
def accounts(draw: Any) -> AccountConfig:
    """Any account that an account file could hold; few of its checks block, so that most sets are built."""
    mapping = draw(mappings())
    mapped = sorted(account(mapping=mapping).mapping)
    some = st.lists(st.sampled_from(mapped), max_size=2, unique=True)
    mild = {code: [one for one in allowed if one != "block"] for code, allowed in SEVERITIES.items()}
    milder = {code: st.sampled_from(allowed) for code, allowed in mild.items() if allowed}
    severity = draw(st.fixed_dictionaries({}, optional=milder))
    if draw(st.integers(0, 9)) == 4:
        severity[draw(st.sampled_from(["email_invalid", "value_missing", "text_cleaned"]))] = "block"
    checks: dict[str, Any] = {
        "severity": severity,
        "required": draw(some),
        "unique": draw(some),
        "allowed": draw(
            st.dictionaries(st.sampled_from(mapped), st.lists(st.sampled_from(["a", "Sales", ""])), max_size=1)
        ),
        "longest_text": draw(st.sampled_from([1, 5, 256])),
        "dates": draw(st.sampled_from([{}, {"earliest": "2024-05-02", "days_ahead": 0}])),
    }
    return account(
        mapping=mapping,
        scope=draw(st.just({}) | scopes),
        teams=draw(teams),
        checks=checks,
        manager_fallback=draw(st.sampled_from(["none", "nearest"])),
    )


@st.composite
def values(draw: Any, kind: pa.DataType) -> Any:
    """What a column of that type may hold."""
    if pa.types.is_boolean(kind):
        return draw(st.sampled_from([True, True, False, None]))
    if pa.types.is_list(kind):
        return draw(st.none() | st.lists(texts, max_size=2))
    if pa.types.is_struct(kind):
        named = st.dictionaries(st.sampled_from([field.name for field in kind]), texts, max_size=2)
        return draw(st.none() | named)
    return draw(texts)


@st.composite
def snapshots(draw: Any, config: AccountConfig) -> SnapshotTables:
    """A tenant with the attributes that the account uses. Seldom one whose ids are not what ids must be."""
    columns = schema(user_select(config), MANAGER_COLUMNS)
    ids = draw(st.lists(st.sampled_from(USER_IDS), unique=True, min_size=2))
    if draw(st.integers(0, 19)) == 7:
        ids += [draw(st.sampled_from([None, "", uid(0), uid(0).upper(), "no id"]))]
    people = [
        {field.name: draw(values(field.type)) for field in columns}
        | {
            "id": one,
            "userType": draw(st.sampled_from(["Member", "member", None, "", "Guest", "Robot"])),
            "userPrincipalName": draw(st.just(f"{one}@contoso.com") | texts),
            "manager_id": draw(st.sampled_from([*USER_IDS, *UNKNOWN])),
            "manager_type": draw(st.sampled_from(["user", "user", "orgContact", None])),
        }
        for one in ids
    ]
    # One good row: without it most small tenants have nobody in scope, and are blocked.
    people[0] |= {"accountEnabled": True, "userType": "Member", "mail": "p0@contoso.com", "userPrincipalName": "p0@c.d"}
    group_columns = pa.schema([*schema(GROUP_SELECT), ("owner_ids", pa.list_(pa.string()))])
    owners = st.none() | st.lists(st.sampled_from([*USER_IDS, uid(900)]), max_size=3)
    groups = [
        {field.name: draw(values(field.type)) for field in group_columns}
        | {
            "id": one,
            "displayName": draw(st.sampled_from(["A", "a ", "[A]", "Sales", None, "", "\x00"])),
            "groupTypes": draw(st.sampled_from([[], None, ["Unified"], ["unified", "DynamicMembership"]])),
            "visibility": draw(st.sampled_from([None, "Private", "HiddenMembership"])),
            "owner_ids": draw(owners),
        }
        for one in draw(st.lists(st.sampled_from(GROUP_IDS), unique=True))
    ]
    stray = [gid(900)] if draw(st.integers(0, 9)) == 4 or not groups else []
    ends = st.tuples(
        st.sampled_from([*(group["id"] for group in groups), *stray]),
        st.sampled_from([*USER_IDS, *GROUP_IDS, uid(900), "no id"]),
    )
    memberships = [
        {
            "group_id": group,
            "member_id": member,
            "member_type": draw(st.sampled_from(["group" if member in GROUP_IDS else "user"] * 6 + ["device", None])),
        }
        for group, member in draw(st.lists(ends, max_size=15))
    ]
    return SnapshotTables(
        users=pa.Table.from_pylist(people, schema=columns),
        groups=pa.Table.from_pylist(groups, schema=group_columns),
        memberships=pa.Table.from_pylist(memberships, schema=MEMBERSHIP_SCHEMA),
    )
