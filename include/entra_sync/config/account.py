"""The account file: who is synced when, and how directory attributes become PeopleGoal fields.

A YAML file per customer account under ``ENTRA_SYNC_ACCOUNTS`` (default include/accounts). Unknown keys are errors;
every error names file, key, what was found and what is allowed. Reading needs neither pandas nor the network.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator

from entra_sync.config.attributes import nearest
from entra_sync.config.base import Loc, Strict, refuse
from entra_sync.config.checks import Checks
from entra_sync.config.fields import DEFAULT_MAPPING
from entra_sync.config.guards import Guards
from entra_sync.config.leavers import Leavers
from entra_sync.config.mapping import FieldName, Line, is_field
from entra_sync.config.messages import BREAKS, explained
from entra_sync.config.quarantine import Quarantine
from entra_sync.config.reading import Reading, Retention
from entra_sync.config.scope import Scope
from entra_sync.config.teams import Teams
from entra_sync.config.yaml_file import Document, UnreadableFile, read_yaml
from entra_sync.errors import ConfigurationError

# Keys that decide about nobody.
INDIFFERENT = (
    *("name", "schedule", "expected_people", "notify", "late_after_hours", "quarantine", "retention"),
    *("guards", "reading"),
)
SLUG = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?")


def dag_id_of(slug: str) -> str:
    """The Airflow DAG of an account."""
    return f"entra_sync_{slug}"


class AccountConfig(Strict):
    """One customer account of the PeopleGoal directory sync; see docs/account-file.md."""

    account: Annotated[str, Field(json_schema_extra={"pattern": f"^{SLUG.pattern}$"})]
    """Lower-case letters, digits, `-`, `_`. The DAG is `entra_sync_<account>`, the connection `entra_<account>`."""
    name: str
    """Shown to people; one line."""
    schedule: str = "0 0 * * *"
    """Five cron fields; the default is midnight."""
    timezone: str = "UTC"
    """Zone of the schedule and of the dates of the curated tables, such as Europe/London."""
    expected_people: int = Field(default=0, ge=0)
    """About how many people the account has: of accounts that start at the same minute, large ones go first."""
    scope: Scope = Scope()
    """Who is a PeopleGoal user; everybody else is out of scope."""
    match: list[Literal["entra_id", "email"]] = ["entra_id", "email"]
    """How people are found who were in PeopleGoal before the first sync."""
    mapping: dict[FieldName, Line] = {}
    """PeopleGoal field from a directory attribute; the file overrides single lines of the default."""
    manager_fallback: Literal["none", "nearest"] = "none"
    """Who is the manager of somebody whose manager is not in scope: nobody, or the nearest one up the chain."""
    teams: Teams = Teams()
    """Teams from groups and from managers."""
    checks: Checks = Checks()
    """What counts as a good row and a believable tenant."""
    guards: Guards = Guards()
    """Limits on one night; what is over one of them is held until a person decides."""
    leavers: Leavers = Leavers()
    """What becomes of people who leave the directory or its scope."""
    reading: Reading = Reading()
    """How the tenant is read."""
    notify: list[str] = []
    """Airflow connection ids of who is told: connections of the type apprise or smtp."""
    late_after_hours: float | None = Field(default=4, gt=0, le=168)
    """A run that has not ended so many hours after Airflow made it is told of; null: never."""
    quarantine: Quarantine | None = Quarantine()
    """When an account that keeps failing is tried less often; `null`: never."""
    retention: Retention = Retention()
    """How long what was read, and who was changed, is kept."""

    @field_validator("account")
    @classmethod
    def _slug(cls, value: str) -> str:
        if not SLUG.fullmatch(value):
            raise ValueError("allowed: lower-case letters, digits, `-` and `_`, at most 63 characters")
        return value

    @field_validator("name")
    @classmethod
    def _one_line(cls, value: str) -> str:
        """It stands in the subject of mails: a line break would begin another header there."""
        name = value.strip()
        if BREAKS.search(name):
            raise ValueError("allowed: one line of text, without control characters")
        return name

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            close = nearest(value, available_timezones())
            raise ValueError(f"allowed: a zone of the tz database, such as Europe/London{close}") from None
        return value

    @field_validator("schedule")
    @classmethod
    def _schedule(cls, value: str) -> str:
        from croniter import croniter

        if len(value.split()) != 5 or not croniter.is_valid(value):
            raise ValueError('allowed: five cron fields, such as "0 0 * * *"')
        return value

    @field_validator("mapping", mode="before")
    @classmethod
    def _mapping(cls, value: Any) -> Any:
        """Merge the file's mapping over the defaults; ``field: null`` leaves the field to PeopleGoal."""
        if not isinstance(value, dict):
            return value
        merged: dict[str, Any] = {**DEFAULT_MAPPING, **value}
        off = {name for name, line in merged.items() if line is None and is_field(name)} - {"email"}
        return {name: line for name, line in merged.items() if name not in off}

    @model_validator(mode="before")
    @classmethod
    def _default_mapping(cls, data: Any) -> Any:
        return {"mapping": {}, **data} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _special_fields(self) -> AccountConfig:
        refuse([*self._unfit_lines(), *self._unknown_fields()])
        return self

    def _unfit_lines(self) -> Iterator[tuple[Loc, str]]:
        manager, email, hired = (self.mapping.get(name) for name in ("manager", "email", "hire_date"))
        if manager is not None and manager.from_ != "manager":
            yield ("mapping", "manager"), "allowed: `manager` (the directory's manager) or `null`"
        if email is not None and (email.only_on_create or not email.clear or email.type not in ("text", "email")):
            yield ("mapping", "email"), "`only_on_create`, `clear` and other types are not for the address"
        if hired is not None and hired.type not in ("text", "date"):
            yield ("mapping", "hire_date", "type"), f"found `{hired.type}`; the field is a date; allowed: `date`"

    def _unknown_fields(self) -> Iterator[tuple[Loc, str]]:
        """The default of ``unique`` may name a field that the account switched off."""
        unique = self.checks.unique if "unique" in self.checks.model_fields_set else []
        named: list[tuple[Loc, str]] = [
            *((("checks", "required", place), name) for place, name in enumerate(self.checks.required)),
            *((("checks", "unique", place), name) for place, name in enumerate(unique)),
            *((("checks", "allowed", name), name) for name in self.checks.allowed),
        ]
        for loc, name in named:
            if name not in self.mapping:
                yield loc, f"`{name}` is no mapped field{nearest(name, self.mapping)}"

    @property
    def dag_id(self) -> str:
        """The account's DAG in Airflow."""
        return dag_id_of(self.account)

    @property
    def connection_id(self) -> str:
        """The account's Entra connection in Airflow."""
        return f"entra_{self.account}"

    @property
    def chart_fallback(self) -> Literal["none", "nearest"]:
        """Who takes the place of a manager who is not in scope: by ``manager_fallback`` or for a leaver's reports."""
        return "nearest" if self.leavers.reports == "to_managers_manager" else self.manager_fallback

    def fingerprint(self) -> str:
        """Hash of all that decides about people; a change forces a full read. Schedule and alerts are left out."""
        decisive = self.model_dump(
            mode="json",
            by_alias=True,
            exclude=set(INDIFFERENT),
        )
        # `otherwise: null` clears values and none at all leaves them: alike in the dump.
        decisive["cleared_by_otherwise"] = sorted(name for name, field in self.mapping.items() if field.has_otherwise)
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]


def load_account(path: Path) -> AccountConfig:
    """Read one account file. Raises ConfigurationError: one line per problem, with file, key, found and allowed."""
    return load_with_lines(path)[0]


def load_with_lines(path: Path) -> tuple[AccountConfig, Document]:
    """Read one account file, and where in it each key stands. Raises as ``load_account`` does."""
    try:
        document = read_yaml(path)
    except UnreadableFile as error:
        raise ConfigurationError(f"{path.name}: {error}.") from None
    if not isinstance(document.data, dict):
        raise ConfigurationError(f"{path.name}: expected keys and values such as `account: contoso`.")
    try:
        return AccountConfig.model_validate(document.data), document
    except ValidationError as error:
        raise ConfigurationError("\n".join(explained(path.name, document, error, AccountConfig))) from None
