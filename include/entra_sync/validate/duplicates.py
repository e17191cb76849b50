"""People in scope who have the same value where each should have their own: addresses, and ``checks.unique``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from entra_sync.config.account import AccountConfig
from entra_sync.mapping.rows import Column, pc
from entra_sync.validate.findings import RowCheck
from entra_sync.validate.people import People


def duplicates(people: People, account: AccountConfig) -> Iterator[RowCheck]:
    """The e-mail address always, then the fields of ``checks.unique``."""
    address = pc.utf8_lower(pc.utf8_normalize(people.emails, "NFKC"))
    yield _check("email_duplicate", "email", address, "e-mail address")
    for name in account.checks.unique:
        if name == "email" or name not in people.fields:
            continue
        code = "employee_id_duplicate" if name == "employee_id" else "value_duplicate"
        yield _check(code, name, _folded(people.fields[name].values), name)


def _check(code: str, column: str, keys: Column, what: str) -> RowCheck:
    sharing = _sharing(keys)
    return RowCheck(
        code=code,
        table="profile",
        column=column,
        bad=pa.array(sharing > 1),
        message=pc.binary_join_element_wise(
            pa.array(sharing).cast(pa.string()), f"people in scope have this person's {what}.", " "
        ),
        expected=f"Nobody shares their {what}",
    )


def _sharing(keys: Column) -> Any:
    """For each row how many have its key; 0 where there is none."""
    codes = pc.fill_null(pc.dictionary_encode(keys).indices, -1).to_numpy(zero_copy_only=False)
    counts = np.bincount(codes + 1, minlength=1)
    counts[0] = 0
    return counts[codes + 1]


def _folded(values: Column) -> Column:
    """Trimmed and in one case, as people compare; by distinct value, because Arrow folds no case."""
    coded: Any = pc.dictionary_encode(values.cast(pa.string()))
    folded = [value.strip().casefold() for value in coded.dictionary.to_pylist()]
    return pa.array(folded, pa.string()).take(coded.indices)
