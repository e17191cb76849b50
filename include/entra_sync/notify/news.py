"""What is news for one receiver: pure, from how the account is and what that receiver was told before.

The same reason every night is told once, and again each week that it lasts; another reason is told when it comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from entra_sync.notify.credential import Credential
from entra_sync.notify.nights import Night
from entra_sync.notify.quarantine import Quarantined

Kind = Literal["failed", "quarantined", "recovered", "held", "expiry", "weekly"]
FAILING = ("failed", "quarantined")
AGAIN = timedelta(days=7)
# A reminder of a night at midnight must not wait for the night after it because this one was quicker.
SLACK = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One notice that was sent."""

    kind: str
    key: str
    run_id: int | None
    told_at: datetime


@dataclass(frozen=True, kw_only=True)
class Question:
    """An open decision."""

    id: int
    run_id: int
    kind: str
    items: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Account:
    """How an account is. ``nights``: newest first; ``shown``: when what PeopleGoal shows was read."""

    slug: str
    name: str
    nights: Sequence[Night]
    questions: Sequence[Question]
    quarantined: Quarantined | None
    credential: Credential | None
    shown: datetime | None


@dataclass(frozen=True, kw_only=True)
class News:
    """Something to tell. ``key`` is what is told once; ``before`` says whether the failure was told already."""

    kind: Kind
    key: str
    run_id: int | None = None
    before: Literal["nothing", "same", "other"] = "nothing"
    questions: Sequence[Question] = ()


def news(account: Account, told: Sequence[Told], now: datetime) -> list[News]:
    """What this receiver has to know; ``told`` is in no order."""
    return [*_health(account, told, now), *_held(account, told), *_expiry(account, told, now)]


def _health(account: Account, told: Sequence[Told], now: datetime) -> Iterator[News]:
    if not account.nights:
        return
    newest = account.nights[0]
    spoken = [one for one in told if one.kind in (*FAILING, "recovered")]
    good = next((night for night in account.nights if not night.failed), None)
    if not newest.failed:
        last = max(spoken, key=lambda one: one.told_at, default=None)
        if last is not None and last.kind in FAILING and _ends(newest, last):
            yield News(kind="recovered", key=str(newest.id), run_id=newest.id)
        return
    lasting = [one for one in spoken if one.kind in FAILING and not (good and _ends(good, one))]
    if account.quarantined is not None:
        key = str(newest.id)
        if not any(one.kind == "quarantined" and one.key == key for one in lasting):
            yield News(kind="quarantined", key=key, run_id=newest.id)
        return
    key = newest.error_code or "run_failed"
    same = [one for one in lasting if one.key == key]
    if not any(now - one.told_at < AGAIN - SLACK for one in same):
        before: Literal["nothing", "same", "other"] = "same" if same else "other" if lasting else "nothing"
        yield News(kind="failed", key=key, run_id=newest.id, before=before)


def _ends(good: Night, one: Told) -> bool:
    """Whether the failure that was told is over with this run.

    One that left no run, such as that of a file that does not pass, is not over because of a run that was at work then.
    """
    return (good.started_at if one.run_id is None else good.finished_at) > one.told_at


def _held(account: Account, told: Sequence[Told]) -> Iterator[News]:
    known = {number for one in told if one.kind == "held" for number in one.key.split(",")}
    new = [question for question in account.questions if str(question.id) not in known]
    if new:
        key = ",".join(str(question.id) for question in new)
        yield News(kind="held", key=key, run_id=max(question.run_id for question in new), questions=new)


def _expiry(account: Account, told: Sequence[Told], now: datetime) -> Iterator[News]:
    due = account.credential.due(now) if account.credential else None
    if due is not None and not any(one.kind == "expiry" and one.key == due for one in told):
        yield News(kind="expiry", key=due)
