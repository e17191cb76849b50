"""``forget``: erase what is kept of one person who has left, after asking once more.

Written to standard output only: it names the person.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

from entra_sync.airflow.connections import store_uri
from entra_sync.cli.choice import account_name, migrated_url, person_named
from entra_sync.errors import ConfigurationError
from entra_sync.forget import Forgotten, Person, find_person, forget
from entra_sync.store import Store

WORD = "forget"
WHAT = (
    "This erases, for good: the e-mail address, every field of the profile, names and values in the history, and the",
    "person's rows in snapshots, findings and curated files. Status, counts and the object id stay.",
)
NOT_OURS = (
    "  Not erased: what PeopleGoal keeps beyond the profile, backups of database and store, and Entra itself. As long",
    "  as the account is enabled there, the next snapshot has it as well. docs/privacy.md.",
)
FILES = {"landing": "snapshots", "checks": "findings", "curated": "curated tables"}
ROWS = {"user": "address", "profile": "profile", "team": "team name", "changes": "changes", "issues": "issues"}


def print_forget(wanted: str, *, account: str | None, confirmed: bool, as_json: bool) -> int:
    """Erase the person and print what was erased; 1 when nobody confirmed it. ``-`` reads the name from the input."""
    url = migrated_url()
    person = find_person(url, account_name(account), person_named(wanted))
    if not confirmed and not _confirmed(person):
        print("Nothing was erased.")
        return 1

    def waiting() -> None:
        print("Another run works on the account: waiting for it, up to 10 minutes.", file=sys.stderr, flush=True)

    done = forget(url, Store.at(store_uri()), person, waiting, by=getpass.getuser())
    print(json.dumps(asdict(done), indent=2) if as_json else "\n".join(lines(done)))
    return 0


def _confirmed(person: Person) -> bool:
    """Ask. Raises ConfigurationError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise ConfigurationError("Nobody can be asked whether the person is meant.", hint="Add --yes to erase them.")
    print(f"{person.name or 'Somebody without a name'} <{person.email or 'no address'}> of {person.account_name}")
    print(f"  object id {person.entra_id}")
    print("\n".join(WHAT))
    return input(f'Type "{WORD}" to go on: ').strip() == WORD


def lines(done: Forgotten) -> Iterator[str]:
    """What was erased, line by line."""
    if not any([*done.files.values(), *done.rows.values()]):
        yield f"Nothing of {done.entra_id} was left to erase in {done.account}."
    else:
        yield f"Erased {done.entra_id} of {done.account} (run {done.run_id})"
        yield f"  files     {_numbers(done.files, FILES)}"
        yield f"  database  {_numbers(done.rows, ROWS)}"
    yield from NOT_OURS


def _numbers(found: dict[str, int], words: dict[str, str]) -> str:
    return ", ".join(f"{found[key]:,} {said}" for key, said in words.items())
