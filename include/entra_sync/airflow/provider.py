"""Registers the connection type ``entra_id`` with Airflow (entry point ``apache_airflow_provider``)."""

from __future__ import annotations

from typing import Any

from entra_sync import __version__


def _text(label: str, description: str, *, required: bool = False) -> dict[str, Any]:
    kinds = ["string"] if required else ["string", "null"]
    return {"label": label, "description": description, "schema": {"type": kinds}}


def get_provider_info() -> dict[str, Any]:
    """The form in Airflow's UI: the four fields by the names of the PeopleGoal form, then what is seldom needed."""
    return {
        "package-name": "peoplegoal-entra-sync",
        "name": "PeopleGoal directory sync",
        "description": "Microsoft Entra ID as the source of PeopleGoal users, managers and teams.",
        "versions": [__version__],
        "connection-types": [
            {
                "connection-type": "entra_id",
                "hook-class-name": "entra_sync.airflow.hook.EntraHook",
                "hook-name": "Microsoft Entra ID (PeopleGoal)",
                "ui-field-behaviour": {
                    "hidden-fields": ["host", "schema", "port"],
                    "relabeling": {"login": "Client ID", "password": "Client Secret"},
                    "placeholders": {
                        "login": "Application (client) ID: a GUID",
                        "password": "the secret's column Value, not its ID",
                    },
                },
                "conn-fields": {
                    "tenant_id": _text("Client Tenant", "Directory (tenant) ID, or a verified domain", required=True),
                    "client_uri": _text("Client URI", "Application ID URI: api://<client id>", required=True),
                    "cloud": _text("Cloud", "global (default), usgov, usgov-dod or china"),
                    "verify": _text("CA file", "PEM file of your own certificate authority; TLS is always verified"),
                    "certificate_path": _text("Certificate file", "PEM or PKCS#12 with key; its passphrase as secret"),
                    "proxies": _text("Proxies", 'JSON: {"https": "http://proxy:8080"}'),
                    "federated_token_file": _text("Federated token file", "workload identity, instead of a secret"),
                },
            }
        ],
    }
