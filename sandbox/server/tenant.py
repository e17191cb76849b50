"""What the server knows: the company, how it should behave, and what it has handed out."""

from __future__ import annotations

import base64
import secrets
import time
import uuid
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

import orjson

from sandbox.company import Company
from sandbox.faults import Faults
from sandbox.server.listings import Listings
from sandbox.server.throttle import Throttle

DEFAULT_PERMISSIONS = ("User.Read.All", "GroupMember.Read.All", "Group.Read.All", "Organization.Read.All")
TOKENS_KEPT = 200_000
ROUNDS_KEPT = 100  # each holds a copy of what it tells


@dataclass(frozen=True, kw_only=True)
class FederatedCredential:
    """Whose tokens are taken instead of a secret: the issuer's public key in PEM form."""

    issuer: str
    subject: str
    public_key: str


@dataclass(kw_only=True)
class Settings:
    """How the tenant behaves; may be changed while the server runs.

    ``users_page``, ``groups_page`` and ``members_page`` make pages smaller than asked for. ``count_offset`` makes
    ``$count`` disagree with the list. ``hidden_members`` is what an application without Member.Read.Hidden gets; which
    of the two a real tenant answers is not documented, and neither is ``manager_null``.
    Without ``consent`` tokens are issued, and every call is refused. ``secret_ends`` and ``identifier_uris`` (None: the
    application's own) are what the registration tells, ``clock_offset_s`` how wrong the server's clock is.

    ``further_secrets`` are valid beside the application's own; ``certificates`` (PEM) and ``federated`` sign in without
    one. ``token_told_s`` is the lifetime that is told of access tokens where it is not the true one; with
    ``token_opaque`` nobody but the server reads anything in them.

    ``delta_page`` and ``delta_members`` are how many objects and memberships a page of a change feed holds;
    ``delta_manager`` whether a changed manager is told with the one before, without it, or only the person comes;
    ``delta_shuffle`` and ``delta_repeat`` make objects come in any order and several times, the round before included;
    ``delta_lag`` holds so many of the newest changes back (an object that comes for an older one is shown as it is).
    ``delta_refusal`` is how a lost position is refused.

    ``quota`` limits resource units in ten seconds: S, M or L as a tenant of that size, or a number; ``quota_window`` is
    how they are counted, ``retry_after`` the form of the header of a 429. ``expand_with_filter`` and ``range_filters``
    allow ``$filter`` beside ``$expand`` and order comparisons of userPrincipalName; whether a real tenant does is not
    documented. ``users_missing`` is the share of users that ``/users`` leaves out and says nothing; ``$count`` tells
    the truth unless ``count_follows_list``.
    """

    latency_s: float = 0.0
    users_page: int | None = None
    groups_page: int | None = None
    members_page: int | None = None
    empty_pages: bool = False
    count_offset: dict[str, int] = field(default_factory=lambda: {"users": 0, "groups": 0})
    manager_null: bool = False
    hidden_members: Literal["forbidden", "empty"] = "forbidden"
    permissions: set[str] = field(default_factory=lambda: set(DEFAULT_PERMISSIONS))
    consent: bool = True
    secret_expired: bool = False
    secret_ends: str = "2099-12-31T00:00:00Z"
    identifier_uris: list[str] | None = None
    clock_offset_s: float = 0.0
    further_secrets: list[str] = field(default_factory=list, repr=False)
    certificates: list[str] = field(default_factory=list)
    federated: list[FederatedCredential] = field(default_factory=list)
    token_lifetime_s: int = 3599
    token_told_s: int | None = None
    token_opaque: bool = False
    delta_supported: bool = True
    delta_page: int = 200
    delta_members: int = 500
    delta_manager: Literal["listed", "new", "absent"] = "listed"
    delta_shuffle: bool = False
    delta_repeat: bool = False
    delta_lag: int = 0
    delta_refusal: Literal["400", "400-old", "404", "404-old", "410"] = "400"
    quota: Literal["S", "M", "L"] | float | None = None
    quota_window: Literal["bucket", "sliding", "fixed"] = "bucket"
    retry_after: Literal["seconds", "float", "date", "none"] = "seconds"
    expand_with_filter: bool = True
    range_filters: bool = True
    users_missing: float = 0.0
    count_follows_list: bool = False


@dataclass(kw_only=True)
class Counters:
    """What has been asked of the server: HTTP requests, and by kind also the inner requests of batches.

    ``throttled`` are the 429s of the quota, ``too_early`` the HTTP requests that came while one still asked to wait
    (``Throttle.received`` says which exactly).
    """

    requests: int = 0
    batch_items: int = 0
    bytes_sent: int = 0
    resource_units: int = 0
    throttled: int = 0
    too_early: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)

    def reset(self) -> None:
        """Start counting anew."""
        self.requests = self.batch_items = self.bytes_sent = self.resource_units = 0
        self.throttled = self.too_early = 0
        self.by_kind.clear()


@dataclass(frozen=True, kw_only=True)
class AppRegistration:
    """The one application that may sign in."""

    tenant_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    client_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(30), repr=False)


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A bearer token that was given out: for whom, until when."""

    audience: str
    expires_at: float


@dataclass(frozen=True, kw_only=True)
class Continuation:
    """What a $skiptoken stands for: the objects still to come, and the query that goes on."""

    kind: str
    ids: list[str]
    position: int
    query: dict[str, str]
    after_empty_page: bool = False


T = TypeVar("T")


class _Handed(Generic[T]):
    """Random names for things that were handed out; of more than ``kept`` the oldest are forgotten."""

    def __init__(self, kept: int = TOKENS_KEPT) -> None:
        self._items: OrderedDict[str, T] = OrderedDict()
        self._kept = kept

    def put(self, name: str, item: T) -> str:
        self._items[name] = item
        if len(self._items) > self._kept:
            self._items.popitem(last=False)
        return name

    def get(self, name: str) -> T | None:
        return self._items.get(name)


GRAPH = "https://graph.microsoft.com"


@dataclass(kw_only=True)
class Tenant:
    """One running tenant."""

    company: Company
    app: AppRegistration = field(default_factory=AppRegistration)
    settings: Settings = field(default_factory=Settings)
    faults: Faults = field(default_factory=Faults)
    counters: Counters = field(default_factory=Counters)
    admin_token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    tokens: _Handed[IssuedToken] = field(default_factory=_Handed, repr=False)
    continuations: _Handed[Continuation] = field(default_factory=_Handed, repr=False)
    rounds: _Handed[Any] = field(default_factory=lambda: _Handed(ROUNDS_KEPT), repr=False)
    # Requests that are being worked on; a client that gave up leaves its own behind.
    under_way: int = 0
    throttle: Throttle = field(init=False, repr=False)
    listings: Listings = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.throttle = Throttle(self.settings, self.counters, self.app)
        self.listings = Listings(self.company)

    def issue_token(self, audience: str) -> str:
        """A new bearer token of a JSON web token's form; the signature is random, the server knows it by its text."""
        head, name = _part({"typ": "JWT", "alg": "RS256"}), secrets.token_urlsafe(48)
        if not self.settings.token_opaque:
            name = f"{head}.{_part(self._claims(audience))}.{name}"
        expires_at = time.monotonic() + self.settings.token_lifetime_s
        return self.tokens.put(name, IssuedToken(audience=audience, expires_at=expires_at))

    def continue_later(self, continuation: Continuation) -> str:
        """A $skiptoken; may be used any number of times."""
        return self.continuations.put(secrets.token_urlsafe(48), continuation)

    def reset_delta(self) -> None:
        """Forget every position in the change feeds, those in the middle of a round too."""
        self.company.forget_positions()
        self.rounds = _Handed(ROUNDS_KEPT)

    def may(self, permissions: frozenset[str]) -> bool:
        """Whether one of the permissions has been granted."""
        return self.settings.consent and not permissions.isdisjoint(self.settings.permissions)

    def _claims(self, audience: str) -> dict[str, object]:
        """What an application's token says; without consent it has no roles."""
        claims: dict[str, object] = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self.app.tenant_id}/",
            "appid": self.app.client_id,
            "tid": self.app.tenant_id,
            "exp": int(time.time()) + self.settings.token_lifetime_s,
            # Two tokens of one second differ.
            "uti": secrets.token_urlsafe(12),
        }
        return claims | ({"roles": sorted(self.settings.permissions)} if self.settings.consent else {})


def _part(content: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")
