"""The errors that the product raises on purpose; a module's own, such as ``notices.NotTold``, derive from these.

    EntraSyncError
    +-- ConfigurationError         an account file, a connection or the environment is wrong: a person must act
    |   +-- ConnectionFieldError   one of the four fields is missing or malformed
    +-- GraphError                 Graph or Entra refused or failed a call
    |   +-- SignInRefused          Entra refused the token request (AADSTS code)
    |   +-- PermissionMissing      Graph answered 401/403: permission or admin consent is missing
    |   +-- GraphUnavailable       transient: throttled, 5xx, time-out; retried within bounds, then raised
    |   +-- GraphProtocolError     an answer that breaks the contract: repeated or foreign nextLink, truncated body
    +-- SnapshotError              a stored snapshot is missing, unsealed or damaged
    |   +-- SnapshotMissing        nothing is stored of the day that shall be replayed
    |   +-- SnapshotOfAnother      the store holds an earlier run's snapshot under this run's number
    +-- ValidationBlocked          the snapshot as a whole must not be loaded
    +-- AccountBusy                transient: another run works on the account
    +-- LeaseLost                  this run was taken for dead and another one took the account over
    +-- DatabaseFailed             transient: PostgreSQL ended a step: lock, full disk, lost connection, restart
    +-- StepFailed                 transient: an error that nobody foresaw; its kind and place, not its text

``transient`` tells the scheduler whether trying again later can help. Messages never carry a name, an address, a secret
or a token; object ids may appear.
"""

from __future__ import annotations


class EntraSyncError(Exception):
    """Base of all; ``hint`` says what the reader can do about it, ``code`` is the issue code if not the class's own."""

    transient = False

    def __init__(self, message: str, *, hint: str | None = None, code: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} {hint}")
        self.message = message
        self.hint = hint
        self.code = code


class ConfigurationError(EntraSyncError):
    """An account file, a connection or the environment is wrong."""


class ConnectionFieldError(ConfigurationError):
    """One of the fields of the Entra connection is missing or malformed; ``field`` is its name on the form."""

    def __init__(self, message: str, *, field: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.field = field


class GraphError(EntraSyncError):
    """A call to Graph or Entra failed; ``code`` is the service's own error code."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after_s = retry_after_s


class SignInRefused(GraphError):
    """Entra refused the token request."""


class PermissionMissing(GraphError):
    """Graph refused the call for want of a permission or of admin consent."""


class GraphUnavailable(GraphError):
    """Graph did not answer usefully within the bounded retries."""

    transient = True


class GraphProtocolError(GraphError):
    """Graph answered something that the contract excludes."""


# What a reading does not take for an answer about the tenant: it ends with these.
ENDS_THE_READING = (GraphUnavailable, GraphProtocolError, PermissionMissing, SignInRefused)


class SnapshotError(EntraSyncError):
    """A stored snapshot is missing, unsealed or damaged."""


class SnapshotMissing(SnapshotError):
    """Nothing is stored of the day that shall be replayed."""


class SnapshotOfAnother(SnapshotError):
    """The store holds the snapshot of an earlier run under this run's number."""


class ValidationBlocked(EntraSyncError):
    """The snapshot as a whole must not be loaded."""


class AccountBusy(EntraSyncError):
    """Another run works on the account."""

    transient = True


class LeaseLost(EntraSyncError):
    """Another run took the account over."""


class DatabaseFailed(EntraSyncError):
    """PostgreSQL ended a step; the text is ours, because PostgreSQL's own may quote people's data."""

    transient = True


class StepFailed(EntraSyncError):
    """An error that nobody foresaw ended a step; the text is ours, because its own may quote people's data."""

    transient = True
