"""Who asks, and which accounts they may see: Airflow's login, and its right to read the runs of an account's DAG."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_view
from airflow.models.dag import DagModel
from fastapi import Depends, HTTPException

from entra_sync.airflow.accounts import account_dags, accounts_folder
from entra_sync.config.account import dag_id_of
from entra_sync.db import Connection, statement

# The DAG that asks people about what a limit withheld.
DECISIONS = "entra_sync_decisions"
# DAGs that are named as those of accounts are, and sync none.
NO_SYNCS = {DECISIONS, "entra_sync_maintenance", "entra_sync_notices"}

# Signed in, and allowed to see Airflow's pages at all: asked on every route.
SIGNED_IN = Depends(requires_access_view(AccessView.WEBSITE))


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account that the person may see. ``id`` is None before its first sync, ``file`` when it has none any more.

    ``may_run``: they may trigger its DAG, and it can sync. ``problem``: why its file does not pass; its nights fail.
    """

    id: int | None
    slug: str
    name: str
    zone: ZoneInfo
    dag_id: str
    file: Path | None
    may_run: bool
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """The person who asks: every answer of the page is taken from what this one may see."""

    user: BaseUser

    def accounts(self, connection: Connection) -> list[Account]:
        """The accounts they may see, by name. Raises 403 when there are accounts, and none is for them."""
        named = {row["slug"]: row for row in connection.execute(statement("web/accounts"))}
        files = {entry.account: entry for entry in account_dags(accounts_folder())}
        slugs = sorted({*named, *files})
        readable, startable = self._dags(slugs)
        found = []
        for slug in slugs:
            file, row = files.get(slug), named.get(slug)
            if slug in readable:
                found.append(
                    Account(
                        id=row["id"] if row else None,
                        slug=slug,
                        name=file.name if file else row["name"] if row else slug,
                        zone=ZoneInfo(file.timezone if file else "UTC"),
                        dag_id=dag_id_of(slug),
                        file=file.path if file else None,
                        may_run=file is not None and not file.problem and slug in startable,
                        problem=file.problem if file else None,
                    )
                )
        if slugs and not found:
            raise HTTPException(403, "You may not read the runs of any synced account.")
        return sorted(found, key=lambda account: (account.name.casefold(), account.slug))

    def account(self, connection: Connection, slug: str) -> Account:
        """One of them. Raises 403 for an account that is not theirs to see, or that there is none of."""
        for account in self.accounts(connection):
            if account.slug == slug:
                return account
        raise HTTPException(403, "You may not read the runs of this account.")

    def chosen(self, connection: Connection, slug: str | None) -> tuple[list[Account], Account | None]:
        """The accounts they may see, and the one that was asked for, else the first. Raises 403 as the others do."""
        accounts = self.accounts(connection)
        return accounts, self.account(connection, slug) if slug else next(iter(accounts), None)

    def account_of_dag(self, connection: Connection, dag_id: str) -> Account:
        """The account that a DAG syncs. Raises 404 for any other DAG, 403 for an account that is not theirs to see."""
        if dag_id in NO_SYNCS or not dag_id.startswith(dag_id_of("")):
            raise HTTPException(404, "This DAG is not a directory sync: it has no sync history.")
        return self.account(connection, dag_id.removeprefix(dag_id_of("")))

    def may_decide(self) -> bool:
        """Whether they may answer what a limit withheld: Airflow's right to answer a question of the DAG that asks."""
        manager: BaseAuthManager[BaseUser] = get_auth_manager()
        team = DagModel.get_dag_id_to_team_name_mapping([DECISIONS]).get(DECISIONS)
        return manager.is_authorized_dag(
            method="PUT",
            access_entity=DagAccessEntity.HITL_DETAIL,
            details=DagDetails(id=DECISIONS, team_name=team),
            user=self.user,
        )

    def _dags(self, slugs: Iterable[str]) -> tuple[set[str], set[str]]:
        """The slugs whose runs may be read, and those whose runs may be started."""
        by_dag = {dag_id_of(slug): slug for slug in slugs}
        manager: BaseAuthManager[BaseUser] = get_auth_manager()
        teams = DagModel.get_dag_id_to_team_name_mapping(list(by_dag))
        may: dict[str, set[str]] = {"GET": set(), "POST": set()}
        for dag_id, slug in by_dag.items():
            details = DagDetails(id=dag_id, team_name=teams.get(dag_id))
            for method, allowed in may.items():
                if manager.is_authorized_dag(
                    method=method,  # type: ignore[arg-type]
                    access_entity=DagAccessEntity.RUN,
                    details=details,
                    user=self.user,
                ):
                    allowed.add(slug)
        return may["GET"], may["POST"]


def _viewer(user: GetUserDep) -> Viewer:
    return Viewer(user=user)


ViewerDep = Annotated[Viewer, Depends(_viewer)]


def login_url(next_url: str) -> str:
    """Airflow's login page, which leads back to ``next_url``."""
    return str(get_auth_manager().get_url_login(next_url=next_url))
