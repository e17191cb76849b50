"""The words of the notices: what happened, to how many, what to do, where to look. Counts only, nobody's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from entra_sync.codes import CODES
from entra_sync.notify.credential import Credential
from entra_sync.notify.news import Account, News
from entra_sync.notify.week import Week

Level = Literal["info", "success", "warning", "failure"]
# Entra's own error number; nothing else of a message is passed on.
AADSTS = re.compile(r"AADSTS\d+")
WITHHELD = {
    "too_many_deactivations": "people would leave",
    "too_many_creations": "people would join",
    "too_much_team_loss": "team members would be removed",
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """One notice, ready to send."""

    level: Level
    title: str
    body: str


def words(account: Account, item: News, link: Callable[[int | None], str], now: datetime) -> Words:
    """Put an item of news into words. ``link`` gives the address of a run's page, or of the history."""
    if item.kind == "failed":
        return _failed(account, item, link)
    if item.kind == "quarantined":
        return _quarantined(account, item, link)
    if item.kind == "recovered":
        title = f"{account.name}: the directory sync works again"
        return Words(level="success", title=title, body=f"{_shown(account)}\n{link(item.run_id)}")
    if item.kind == "held":
        return _held(account, item, link)
    if item.kind == "expiry" and account.credential is not None:
        return _expiry(account, account.credential, link, now)
    raise ValueError(f"No words for {item.kind}.")


def week_words(account: str, week: Week, link: str) -> Words:
    """The weekly summary."""
    errors = ", ".join(f"{code} {count}" for code, count in week.errors) or "none"
    shown = f"{week.shown:%Y-%m-%d %H:%M} UTC" if week.shown else "never"
    lines = [
        f"Runs: {week.good} good, {week.failed} failed. Nights left out by quarantine: {week.skipped}.",
        f"People: {week.joined} joined, {week.departed} left, {week.changed} changed.",
        f"Waiting for an answer: {week.open_items} changes in {week.open_questions} questions.",
        f"Errors by code: {errors}.",
        f"PeopleGoal shows the directory as read: {shown}.",
        link,
    ]
    level: Level = "warning" if week.failed or week.open_questions else "info"
    title = f"{account}: the directory sync from {week.first} to {week.last}"
    return Words(level=level, title=title, body="\n".join(lines))


def _failed(account: Account, item: News, link: Callable[[int | None], str]) -> Words:
    happened = {
        "nothing": "the directory sync failed",
        "same": "the directory sync still fails",
        "other": "the directory sync now fails for another reason",
    }[item.before]
    body = "\n".join([_cause(account), _shown(account), link(item.run_id)])
    return Words(level="failure", title=f"{account.name}: {happened}", body=body)


def _quarantined(account: Account, item: News, link: Callable[[int | None], str]) -> Words:
    found = account.quarantined
    assert found is not None
    title = f"URGENT: {account.name}: the directory sync is in quarantine"
    nights = f"Failed nights in a row: {found.nights}, since {found.since}."
    rule = (
        f"Scheduled nights before {found.next_try} are left out. Once the cause is mended, start the sync by hand: "
        "a good run ends the quarantine."
    )
    body = "\n".join([_cause(account), nights, rule, _shown(account), link(item.run_id)])
    return Words(level="failure", title=title, body=body)


def _held(account: Account, item: News, link: Callable[[int | None], str]) -> Words:
    until = min(question.expires_at for question in item.questions)
    lines = [f"{one.items} {WITHHELD.get(one.kind, 'changes')}: over a limit." for one in item.questions]
    lines += [
        "Nothing was done about these; all else of the night was applied.",
        f"Answer until {until:%Y-%m-%d %H:%M} UTC in Airflow under Required actions, or with entra-sync decisions. "
        "No answer means no.",
        link(item.run_id),
    ]
    return Words(level="warning", title=f"{account.name}: changes wait for your answer", body="\n".join(lines))


def _expiry(account: Account, found: Credential, link: Callable[[int | None], str], now: datetime) -> Words:
    left = found.days_left(now)
    when = f"ends in {left} days" if left >= 0 else "has ended"
    title = f"{account.name}: the {found.what} {when}"
    body = (
        f"The {found.what} of the Entra application is valid until {found.ends:%Y-%m-%d}. Afterwards every night "
        f"fails. Create a new one beside it and store it in the connection entra_{account.slug}; both are valid "
        f"meanwhile (docs/secrets.md).\n{link(None)}"
    )
    return Words(level="failure" if left <= 1 else "warning", title=title, body=body)


def _cause(account: Account) -> str:
    newest = account.nights[0]
    known = CODES.get(newest.error_code or "", CODES["run_failed"])
    number = AADSTS.search(newest.error_message or "")
    said = f" ({number.group()})" if number else ""
    return f"{known.title}{said}. Step: {newest.error_step or 'run'}; code: {known.code}.\nWhat to do: {known.hint}"


def _shown(account: Account) -> str:
    if account.shown is None:
        return "PeopleGoal has nothing of this directory yet."
    return f"PeopleGoal shows the directory as read on {account.shown:%Y-%m-%d %H:%M} UTC."
