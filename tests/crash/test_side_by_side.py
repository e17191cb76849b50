"""Accounts that are loaded at the same moment do not wait for each other's rows, and see nothing of each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg

from tests.crash.days import directory
from tests.load.factory import Nights
from tests.load.test_load_property import found, shown

ACCOUNTS, DAYS = 3, 4


def test_accounts_are_loaded_side_by_side(database_url: str) -> None:
    accounts = [Nights(url=database_url, slug=f"account-{number}") for number in range(ACCOUNTS)]

    def nights_of(nights: Nights) -> list[str]:
        # The same seed: the same object ids and addresses in each account, at the same time.
        return [nights.run(directory(1, day)).status for day in range(1, DAYS + 1)]

    with ThreadPoolExecutor(ACCOUNTS) as pool:
        statuses = list(pool.map(nights_of, accounts))

    assert statuses == [["success"] * DAYS] * ACCOUNTS
    for nights in accounts:
        assert found(nights) == shown(directory(1, DAYS))
    recorded = [
        nights.rows(
            "select c.entity, c.action, c.entra_id::text, c.fields::text, r.day, r.attempt from sync.change c"
            " join sync.run r on r.id = c.run_id join peoplegoal.account a on a.id = r.account_id where a.slug = %s"
            " order by r.id, c.seq",
            nights.slug,
        )
        for nights in accounts
    ]
    assert recorded[0]
    assert recorded[1:] == [recorded[0]] * (ACCOUNTS - 1)


def test_one_accounts_open_transaction_does_not_hold_up_another(database_url: str) -> None:
    """A load of one account goes on while PeopleGoal has everybody of another locked."""
    ours, theirs = Nights(url=database_url, slug="ours"), Nights(url=database_url, slug="theirs")
    for nights in (ours, theirs):
        nights.run(directory(1, 1))
    with psycopg.connect(database_url) as other:
        other.execute("select * from peoplegoal.app_user where account_id = 1 for update")
        other.execute("select * from peoplegoal.team where account_id = 1 for update")

        assert theirs.run(directory(1, 2)).status == "success"
