"""Who the directory had on the newest day that is kept: everybody, those too who are not synced, found by name."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from upath import UPath

from entra_sync.mapping.rows import pc
from entra_sync.scope import REASONS
from entra_sync.store import Store, read_table

PERSON = "person.parquet"
STATES = {
    "in_scope": "synced",
    "disabled": "not synced: the account is disabled in Entra",
    "rejected": "left alone: the row was rejected",
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """Somebody who may be meant; ``state`` in words, ``synced``: in scope and not rejected."""

    entra_id: str
    name: str
    email: str | None
    state: str
    synced: bool


def newest_day(store: Store, account: str) -> UPath | None:
    """The tables of the newest day that is kept; None when there are none."""
    folder = store.curated(account, "any").parent
    if not folder.is_dir():
        return None
    days = sorted((day for day in folder.iterdir() if (day / PERSON).exists()), key=lambda day: day.name)
    return days[-1] if days else None


def find_people(store: Store, account: str, wanted: str, *, limit: int) -> list[Found]:
    """Everybody with all words of ``wanted`` in name, e-mail address or object id; accents and case do not matter."""
    day = newest_day(store, account)
    words = plain(pa.array(wanted.split(), pa.string())).to_pylist()
    if day is None or not words:
        return []
    people = read_table(day / PERSON).combine_chunks()
    parts = [pc.fill_null(people[name].cast(pa.string()), "") for name in ("label", "email", "entra_id")]
    text = plain(pc.binary_join_element_wise(*parts, " "))
    hit = pa.array([True] * people.num_rows, pa.bool_())
    for word in words:
        hit = pc.and_(hit, pc.match_substring(text, word))
    rows = people.filter(hit).sort_by([("label", "ascending"), ("entra_id", "ascending")]).slice(0, limit).to_pylist()
    return [_found(row) for row in rows]


def plain(texts: Any) -> Any:
    """Lower case, without accents."""
    return pc.replace_substring_regex(pc.utf8_lower(pc.utf8_normalize(texts, form="NFKD")), r"\p{Mn}", "")


def _found(row: dict[str, str | None]) -> Found:
    state, reason = row["state"] or "", row["reason"] or ""
    return Found(
        entra_id=row["entra_id"] or "",
        name=row["label"] or "No name",
        email=row["email"],
        state=STATES.get(state) or f"not synced: {REASONS.get(reason, reason)}",
        synced=state == "in_scope",
    )
