"""The page as plugins/sync_history.py mounts it, with one route more: an answer that says nothing, to who is signed in.

It is the floor of the measurement: Airflow's login, the framework, no row.
"""

import sys

from airflow.plugins_manager import AirflowPlugin

if sys.argv[1:2] == ["api-server"]:
    from fastapi import Response

    from entra_sync.web.app import create_app
    from entra_sync.web.auth import ViewerDep

    APP = create_app()

    @APP.get("/nothing")
    def nothing(viewer: ViewerDep) -> Response:
        """Nothing."""
        return Response()

    APPS = [{"app": APP, "url_prefix": "/sync-history", "name": "Sync history"}]
else:
    APPS = []


class MeasuredPlugin(AirflowPlugin):
    """The page and the empty answer."""

    name = "sync_history_measured"
    fastapi_apps = APPS
