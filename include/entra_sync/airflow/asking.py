"""Airflow's side of a decision: the question to a person, the answer into the database, the run that applies it.

What Airflow keeps of it, the text of the question among it, is readable for everybody who may see the DAG: counts and
reasons, nobody's name.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk.exceptions import AirflowSkipException

# The DAG file imports this one: what reads the database is imported when a task runs.

log = logging.getLogger("entra_sync")

APPROVE, REJECT = "Approve once", "Reject"


def questions(context: Any) -> list[int]:
    """The decisions that wait and that no run asks for yet, whatever started this run; with ``again`` all that wait.

    An event may be lost: Airflow starts no run for one that comes while it makes the run for the one before. Being
    asked every hour, it tells Airflow's metrics how the accounts are.
    """
    from entra_sync.airflow.connections import database_url
    from entra_sync.airflow.metrics import report_health
    from entra_sync.airflow.quiet import quiet
    from entra_sync.decisions import claim

    with quiet("ask"):
        report_health(database_url())
        return claim(database_url(), context["dag_run"].run_id, again=bool(context["params"]["again"]))


class AskOperator(HITLOperator):
    """Asks a person for one decision, until its time is over; gives who said what. Skipped when it was answered."""

    template_fields: Sequence[str] = ("decision_id",)

    def __init__(self, *, decision_id: Any, **kwargs: Any) -> None:
        super().__init__(subject="What a limit withheld", options=[APPROVE, REJECT], defaults=[REJECT], **kwargs)
        self.decision_id = decision_id

    def execute(self, context: Any) -> Any:
        """Put the question, with the numbers as they are now."""
        from entra_sync.airflow.connections import database_url
        from entra_sync.airflow.quiet import quiet
        from entra_sync.db import connect
        from entra_sync.decisions import decision, expire, question

        with quiet("ask"):
            with connect(database_url()) as connection:
                asked = decision(connection, int(self.decision_id))
                self.subject, self.body = question(connection, asked.id)
            if asked.is_late:
                asked = expire(database_url(), asked.id)
        if asked.status != "open":
            raise AirflowSkipException(f"Decision {asked.id} is {asked.status} already.")
        self.response_timeout = asked.expires_at - datetime.now(tz=UTC)
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """``{decision_id, approve, by}``; by is null when nobody answered."""
        said = super().execute_complete(context, event)
        by = said["responded_by_user"]
        return {
            "decision_id": int(self.decision_id),
            "approve": said["chosen_options"] == [APPROVE],
            "by": (by["name"] or by["id"]) if by else None,
        }


class ApplyOperator(TriggerDagRunOperator):
    """Starts the run that applies what was approved; skipped when it was not."""

    template_fields: Sequence[str] = (*TriggerDagRunOperator.template_fields, "recorded")

    def __init__(self, *, recorded: Any, **kwargs: Any) -> None:
        super().__init__(trigger_dag_id="", conf={"mode": "replay"}, **kwargs)
        self.recorded = recorded

    def execute(self, context: Any) -> Any:
        """Trigger the account's DAG."""
        from entra_sync.config.account import dag_id_of

        if self.recorded["status"] != "approved":
            raise AirflowSkipException("Nothing was approved.")
        self.trigger_dag_id = dag_id_of(self.recorded["account"])
        return super().execute(context)


def _written(url: str, number: int, said: dict[str, Any]) -> dict[str, Any] | None:
    """The same answer by the same person, which an earlier try of the task has written and not handed on."""
    from entra_sync.db import connect
    from entra_sync.decisions import decision

    with connect(url) as connection:
        found = decision(connection, number)
    wanted = "approved" if said["approve"] else "rejected"
    if said["by"] is None or (found.status, found.answered_by) != (wanted, said["by"]):
        return None
    return {"account": found.account, "status": found.status}


def record_answer(said: dict[str, Any]) -> dict[str, Any]:
    """Write an answer down: ``{account, status}`` of the decision. What was decided or changed meanwhile stays so."""
    from entra_sync.airflow.connections import database_url
    from entra_sync.airflow.quiet import quiet
    from entra_sync.decisions import AlreadyDecided, answer, expire

    url, number = database_url(), said["decision_id"]
    with quiet("record"):
        try:
            if said["by"] is None:
                found = expire(url, number)
            else:
                found = answer(url, number, approve=said["approve"], by=said["by"])
        except AlreadyDecided as error:
            written = _written(url, number, said)
            if written is not None:
                return written
            log.warning("decision=%s not_taken=%s", number, error.message)
            return {"account": None, "status": "not_taken"}
    log.info("decision=%s account=%s status=%s", number, found.account, found.status)
    return {"account": found.account, "status": found.status}
