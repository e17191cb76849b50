"""The Airflow connection that leads to a sandbox tenant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox.server.tenant import AppRegistration


def connection_parts(app: AppRegistration, port: int, ca_file: Path, host: str = "localhost") -> dict[str, Any]:
    """The four fields, and where the server is."""
    authority = f"https://{host}:{port}"
    return {
        "conn_type": "entra_id",
        "login": app.client_id,
        "password": app.client_secret,
        "extra": {
            "tenant_id": app.tenant_id,
            "client_uri": f"api://{app.client_id}",
            "authority": authority,
            "base_url": f"{authority}/v1.0",
            "verify": str(ca_file),
        },
    }
