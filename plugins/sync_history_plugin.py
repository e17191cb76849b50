"""Registers the page "Sync history" with Airflow; the page itself is the package's (entra_sync.web).

Airflow imports this file in every process, each task's among them: only the API server builds the application.
"""

import sys
from typing import Any

from airflow.plugins_manager import AirflowPlugin


def _apps() -> list[dict[str, Any]]:
    if sys.argv[1:2] != ["api-server"]:
        return []
    from entra_sync.web.app import create_app

    return [{"app": create_app(), "url_prefix": "/sync-history", "name": "Sync history"}]


class SyncHistoryPlugin(AirflowPlugin):
    """The application, and where Airflow's pages lead to it."""

    name = "sync_history"
    fastapi_apps = _apps()
    external_views = [  # noqa: RUF012
        {"name": "Sync history", "href": "sync-history/", "destination": "nav", "url_route": "sync-history"},
        {
            "name": "Sync history",
            "href": "sync-history/?dag_id={DAG_ID}",
            "destination": "dag",
            "url_route": "sync-history-dag",
        },
        {
            "name": "Sync history",
            "href": "sync-history/runs?dag_id={DAG_ID}&dag_run_id={RUN_ID}",
            "destination": "dag_run",
            "url_route": "sync-history-run",
        },
    ]
