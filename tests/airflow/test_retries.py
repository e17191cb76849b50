"""Airflow tries again what waiting can mend, and nothing that a person must."""

from __future__ import annotations

import pytest
from airflow.sdk.definitions.retry_policy import RetryAction

from entra_sync.airflow.retries import TransientOnly
from entra_sync.errors import (
    AccountBusy,
    ConnectionFieldError,
    GraphUnavailable,
    PermissionMissing,
    SignInRefused,
    ValidationBlocked,
)


@pytest.mark.parametrize(
    "error",
    [
        SignInRefused("refused"),
        PermissionMissing("missing"),
        ConnectionFieldError("missing", field="Client ID"),
        ValidationBlocked("blocked"),
    ],
)
def test_what_a_person_must_mend_is_not_tried_again(error: Exception) -> None:
    assert TransientOnly().evaluate(error, 1, 3).action is RetryAction.FAIL


@pytest.mark.parametrize("error", [GraphUnavailable("503"), AccountBusy("busy"), ConnectionError("reset")])
def test_what_waiting_can_mend_is_tried_again(error: Exception) -> None:
    assert TransientOnly().evaluate(error, 1, 3).action is not RetryAction.FAIL
