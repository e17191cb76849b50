"""The account file: who is synced when, and how directory attributes become PeopleGoal fields.

A YAML file per customer account under ``ENTRA_SYNC_ACCOUNTS`` (default include/accounts). Unknown keys are errors;
every error names file, key, what was found and what is allowed. Reading needs neither pandas nor the network.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from entra_sync.config.fields import DEFAULT_MAPPING, PROFILE_COLUMNS
from entra_sync.errors import ConfigurationError

SLUG = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?")


class Strict(BaseModel):
    """Base of every section: frozen, and unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupFilter(Strict):
    """Groups by name pattern (shell wildcards, any case) or object id; empty include = all; exclude wins."""

    include: list[str] = []
    exclude: list[str] = []


class AttributeFilter(Strict):
    """One condition of ``scope.filter``: a directory attribute and the values that it may have (any case)."""

    attribute: str
    in_: Annotated[list[str], Field(alias="in")]


class Scope(Strict):
    """Who is a PeopleGoal user."""

    user_types: list[Literal["Member", "Guest"]] = ["Member"]
    require_email: bool = True
    groups: GroupFilter = GroupFilter()
    filter: list[AttributeFilter | list[AttributeFilter]] = []


class Field_(Strict):
    """How one PeopleGoal field is made: from an attribute or a template; ``default`` names a fall-back attribute."""

    from_: Annotated[str | None, Field(alias="from")] = None
    template: str | None = None
    default: str | None = None
    type: Literal["text", "date", "email"] = "text"

    @model_validator(mode="after")
    def _one_source(self) -> Field_:
        if (self.from_ is None) == (self.template is None):
            raise ValueError("give exactly one of `from` (an attribute) and `template`")
        return self

    def attributes(self) -> list[str]:
        """Directory attributes (dotted paths) that this field reads."""
        names = re.findall(r"\{([^{}]+)\}", self.template) if self.template else [self.from_ or ""]
        return [*names, self.default] if self.default else names


class TeamGroups(Strict):
    """Which groups become teams."""

    types: list[Literal["microsoft365", "security", "mail_security", "distribution"]] = ["microsoft365", "security"]
    include: list[str] = ["*"]
    exclude: list[str] = []
    hidden: bool = False


class Teams(Strict):
    """Teams from groups and from managers; ``from_groups: null`` switches the former off."""

    from_groups: TeamGroups | None = TeamGroups()
    nested: bool = True
    from_managers: bool = True


class Limit(Strict):
    """A limit in percent and in people; below ``min_population`` people only ``count`` applies. null = off."""

    percent: float | None = Field(default=None, ge=0, le=100)
    count: int | None = Field(default=None, ge=0)
    min_population: int = Field(default=50, ge=0)


class TeamLoss(Strict):
    """How much of one team may leave in a night."""

    percent: float | None = Field(default=60, ge=0, le=100)
    min_members: int = Field(default=20, ge=0)


class Guards(Strict):
    """Limits on a plan, before anything is written."""

    max_deactivations: Limit | None = Limit(percent=20, count=500)
    max_creations: Limit | None = Limit(percent=50)
    max_team_loss: TeamLoss | None = TeamLoss()
    protected: list[str] = []
    grace_days: int = Field(default=0, ge=0)


class Tolerance(Strict):
    """How far rows and the tenant's own ``$count`` may differ: the larger of both."""

    count: int = Field(default=5, ge=0)
    percent: float = Field(default=0.1, ge=0, le=10)


class Collapse(Strict):
    """A list that lost more than ``percent`` since the last snapshot is not believed; an empty one never is."""

    percent: float = Field(default=50, gt=0, le=100)
    min_population: int = Field(default=20, ge=1)


class Reading(Strict):
    """How the tenant is read; none of it decides about people, so it is no part of the fingerprint."""

    full_every_days: int = Field(default=7, ge=1)
    tolerance: Tolerance = Tolerance()
    collapse: Collapse | None = Collapse()


class Retention(Strict):
    """Days that snapshots and recorded changes are kept."""

    snapshots_days: int = Field(default=35, ge=1)
    changes_days: int = Field(default=400, ge=1)


class AccountConfig(Strict):
    """One customer account, whole; see docs/account-file.md."""

    account: str
    name: str
    schedule: str = "0 0 * * *"
    timezone: str = "UTC"
    scope: Scope = Scope()
    match: list[Literal["entra_id", "email"]] = ["entra_id", "email"]
    mapping: dict[str, Field_] = {}
    teams: Teams = Teams()
    guards: Guards = Guards()
    reading: Reading = Reading()
    notify: list[str] = []
    retention: Retention = Retention()

    @field_validator("account")
    @classmethod
    def _slug(cls, value: str) -> str:
        if not SLUG.fullmatch(value):
            raise ValueError("allowed: lower-case letters, digits, `-` and `_`, at most 63 characters")
        return value

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("allowed: a zone of the tz database, such as Europe/London") from None
        return value

    @field_validator("schedule")
    @classmethod
    def _schedule(cls, value: str) -> str:
        if len(value.split()) != 5:
            raise ValueError('allowed: five cron fields, such as "0 0 * * *"')
        return value

    @field_validator("mapping", mode="before")
    @classmethod
    def _mapping(cls, value: Any) -> Any:
        """Merge the file's mapping over the defaults; ``field: null`` leaves the field to PeopleGoal."""
        if not isinstance(value, dict):
            return value
        merged: dict[str, Any] = {**DEFAULT_MAPPING, **value}
        for name in merged:
            if name not in PROFILE_COLUMNS and name != "email" and not re.fullmatch(r"custom\.[A-Za-z0-9_]+", name):
                raise ValueError(f"unknown field `{name}`; allowed: email, {', '.join(PROFILE_COLUMNS)}, custom.<name>")
        if merged.get("email") is None:
            raise ValueError("`email` cannot be switched off: PeopleGoal invites people by it")
        return {k: {"from": v} if isinstance(v, str) else v for k, v in merged.items() if v is not None}

    @model_validator(mode="before")
    @classmethod
    def _default_mapping(cls, data: Any) -> Any:
        return {"mapping": {}, **data} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _special_fields(self) -> AccountConfig:
        manager = self.mapping.get("manager")
        if manager is not None and manager.from_ != "manager":
            raise ValueError("mapping.manager: allowed: `manager` (the directory's manager) or null")
        return self

    @property
    def dag_id(self) -> str:
        """The account's DAG in Airflow."""
        return f"entra_sync_{self.account}"

    @property
    def connection_id(self) -> str:
        """The account's Entra connection in Airflow."""
        return f"entra_{self.account}"

    def fingerprint(self) -> str:
        """Hash of all that decides about people; a change forces a full read. Schedule and alerts are left out."""
        decisive = self.model_dump(
            mode="json", by_alias=True, exclude={"name", "schedule", "notify", "retention", "guards", "reading"}
        )
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]


def load_account(path: Path) -> AccountConfig:
    """Read one account file. Raises ConfigurationError that names file, key, found and allowed."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name}: cannot be read: {error}.") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path.name}: is not valid YAML: {error}.") from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path.name}: expected keys and values such as `account: contoso`.")
    try:
        config = AccountConfig.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_explain(path, data, dict(item)) for item in error.errors())) from None
    return config


def load_accounts(folder: Path) -> list[AccountConfig]:
    """Read every ``*.yaml`` of a folder, sorted by file name; the slugs must differ."""
    configs = [load_account(path) for path in sorted(folder.glob("*.yaml"))]
    slugs = [config.account for config in configs]
    twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
    if twice:
        raise ConfigurationError(f"{folder}: the account {twice[0]!r} is described by more than one file.")
    return configs


def _explain(path: Path, data: dict[str, Any], item: dict[str, Any]) -> str:
    """One line for one pydantic error: file, key, found, allowed."""
    key = ".".join(str(part) for part in item["loc"]) or "(file)"
    if item["type"] == "extra_forbidden":
        return f"{path.name}: {key}: unknown key. See docs/account-file.md for the keys that exist."
    if item["type"] == "missing":
        return f"{path.name}: {key}: is missing."
    message = str(item["msg"]).removeprefix("Value error, ")
    found = item.get("input")
    shown = "" if isinstance(found, dict) else f" found {found!r};"
    return f"{path.name}: {key}:{shown} {message}."
