"""Airflow's simple auth manager, with rights account by account: what an organisation's own one would say."""

from typing import Any

from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

ONLY = {"europe": {"entra_sync_contoso"}, "stranger": set()}


class AccountsAuthManager(SimpleAuthManager):
    """Everybody may do what their role says; some only with certain DAGs."""

    def is_authorized_dag(self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None) -> bool:
        allowed = super().is_authorized_dag(method=method, user=user, access_entity=access_entity, details=details)
        only = ONLY.get(user.username)
        return allowed and (only is None or (details is not None and details.id in only))
