"""Checks of one person's row, as Arrow masks over all people in scope at once; the order is that of the issues.

A value that cannot be read rejects the row by default: the present profile is left alone, because it must not clear a
value that could. Which severity a failure has is the account's; messages hold no value.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.config.checks import PlausibleDates
from entra_sync.mapping.rows import Column, pc
from entra_sync.mapping.values import Values, kind_of, unclean
from entra_sync.validate.duplicates import duplicates
from entra_sync.validate.findings import RowCheck
from entra_sync.validate.formats import is_address, is_phone
from entra_sync.validate.people import People

PHONES = ("mobile_phone", "work_phone")
UNREADABLE = {
    "date": ("date_invalid", "is not a date"),
    "int": ("number_invalid", "is not a number"),
    "bool": ("bool_invalid", "is not a yes or no"),
}


def row_checks(people: People, account: AccountConfig, as_of: datetime) -> Iterator[RowCheck]:
    """Every check of the account, one after the other; ``as_of`` is when the tenant was read."""
    yield from _readable(people, account)
    for name, values in people.fields.items():
        if pa.types.is_date(values.values.type):
            yield _plausible(name, values, account.checks.dates, as_of)
    yield from _asked_for(people, account)
    yield from duplicates(people, account)
    yield from _texts(people, account)
    yield from _always(people, account)


def _readable(people: People, account: AccountConfig) -> Iterator[RowCheck]:
    """Text that is not of the field's type."""
    for name, values in people.fields.items():
        kind = "text" if name == "manager" else kind_of(name, account.mapping[name])
        if kind == "email":
            yield RowCheck(
                code="email_invalid",
                table="profile",
                column=name,
                bad=_none(pc.invert(is_address(people.emails if name == "email" else values.text))),
                message="The address is not of the form name@domain.tld, or has blanks in it.",
                expected=f"Every {name} has the form name@domain.tld",
            )
        elif kind in UNREADABLE:
            code, says = UNREADABLE[kind]
            yield RowCheck(
                code=code,
                table="profile",
                column=name,
                bad=values.unreadable,
                message=f"The attribute of {name} {says}.",
                expected=f"Every {name} can be read as {kind}",
            )


def _plausible(name: str, values: Values, limits: PlausibleDates, as_of: datetime) -> RowCheck:
    latest = as_of.date() + timedelta(days=limits.days_ahead)
    early = pc.less(values.values, pa.scalar(limits.earliest, pa.date32()))
    late = pc.greater(values.values, pa.scalar(latest, pa.date32()))
    return RowCheck(
        code="date_implausible",
        table="profile",
        column=name,
        bad=_none(pc.or_(early, late)),
        message=f"The date of {name} is before {limits.earliest} or after {latest}.",
        expected=f"Every {name} lies between {limits.earliest} and {latest}",
    )


def _asked_for(people: People, account: AccountConfig) -> Iterator[RowCheck]:
    """What the account requires and allows."""
    for name in account.checks.required:
        values = people.fields[name]
        yield RowCheck(
            code="value_missing",
            table="profile",
            column=name,
            bad=pc.and_(pc.is_null(values.values), pc.invert(values.unreadable)),
            message=f"The field {name} is empty.",
            expected=f"Every {name} is there",
        )
    for name, allowed in account.checks.allowed.items():
        yield RowCheck(
            code="value_not_allowed",
            table="profile",
            column=name,
            bad=_not_among(people.fields[name].values, allowed),
            message=f"The value of {name} is not among the {len(allowed)} that the account allows.",
            expected=f"Every {name} is empty or one of: {', '.join(allowed)}",
        )


def _texts(people: People, account: AccountConfig) -> Iterator[RowCheck]:
    longest = account.checks.longest_text
    for name, values in people.fields.items():
        if name == "manager":
            continue
        field = account.mapping[name]
        if name in PHONES or field.type == "phone":
            yield RowCheck(
                code="phone_invalid",
                table="profile",
                column=name,
                bad=_none(pc.invert(is_phone(values.text))),
                message=f"The number of {name} has letters in it, or not 5 to 15 digits.",
                expected=f"Every {name} has 5 to 15 digits",
            )
        if pa.types.is_string(values.values.type) and kind_of(name, field) != "email":
            yield RowCheck(
                code="text_too_long",
                table="profile",
                column=name,
                bad=_none(pc.greater(pc.utf8_length(values.values), longest)),
                message=f"The text of {name} has more than {longest} characters.",
                expected=f"No {name} has more than {longest} characters",
            )
        yield RowCheck(
            code="text_cleaned",
            table="profile",
            column=name,
            bad=_none(unclean(people.users, field)),
            message=f"An attribute of {name} has characters that cannot be shown.",
            expected=f"The attributes of {name} have no control characters and nothing damaged",
        )


def _always(people: People, account: AccountConfig) -> Iterator[RowCheck]:
    if "display_name" in account.mapping:
        yield RowCheck(
            code="name_missing",
            table="profile",
            column="display_name",
            bad=pc.is_null(people.fields["display_name"].values),
            message="The attributes of display_name are empty.",
            expected="Everybody has a display name",
        )
    yield RowCheck(
        code="account_state_unknown",
        table="users",
        column="accountEnabled",
        bad=pc.is_null(people.users["accountEnabled"].combine_chunks()),
        message="accountEnabled is empty; taken for enabled.",
        expected="Entra says of everybody whether the account is enabled",
    )


def _not_among(values: Column, allowed: list[str]) -> Column:
    """In any case; an empty value is allowed."""
    known = {value.strip().casefold() for value in allowed}
    coded: Any = pc.dictionary_encode(values.cast(pa.string()))
    bad = pa.array([value.casefold() not in known for value in coded.dictionary.to_pylist()], pa.bool_())
    return _none(bad.take(coded.indices))


def _none(mask: Column) -> Column:
    """Where there is no value, there is nothing wrong with it."""
    return pc.fill_null(mask, False)
