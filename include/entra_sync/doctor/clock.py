"""The clock of this machine against the login host's: an assertion or a token of another time is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from entra_sync.config.connection import EntraConnection
from entra_sync.doctor.findings import Finding
from entra_sync.extract.tls import context

ALLOWED_S = 300.0


def examine_clock(name: str, connection: EntraConnection) -> Finding:
    """Ask the login host for its public configuration, and read the Date of the answer."""
    tried = f"{name}: clock"
    url = f"{connection.authority}/{connection.tenant_id}/v2.0/.well-known/openid-configuration"
    try:
        with httpx.Client(
            verify=context(connection.verify), trust_env=False, proxy=connection.proxies.get("https"), timeout=15
        ) as http:
            date = http.get(url).headers.get("date")
        theirs = parsedate_to_datetime(date)
    except (httpx.HTTPError, TypeError, ValueError) as error:
        found = f"the login host told no time ({type(error).__name__})"
        return Finding(tried=tried, level="warn", found=found, advice="See the line about the sign-in.")
    apart = (datetime.now(UTC) - theirs.astimezone(UTC)).total_seconds()
    if abs(apart) <= ALLOWED_S:
        return Finding(tried=tried, level="ok", found="within five minutes of the login host's")
    side = "ahead" if apart > 0 else "behind"
    return Finding(
        tried=tried,
        level="warn",
        found=f"{abs(apart) / 60:.0f} minutes {side} of the login host's",
        advice="Set this machine's clock (NTP): certificates and tokens of another time are refused.",
    )
