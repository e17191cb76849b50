"""Everything that a step imports, imported once, for a process whose forks are the steps.

Such processes are Celery's workers, which import this when they start (``[celery] extra_celery_config`` in
docker-compose.yaml), and the scheduler of ``make up`` (``entra_sync.airflow.local_executor``). Each step is a fork and
finds all of it loaded. Without, every step loads Arrow, Pydantic's models and Airflow's decorators anew, and validate
Great Expectations for three seconds: more than all of a small account's own work. No other process may import this.
"""

from __future__ import annotations

from airflow.models import import_all_models
from airflow.sdk.definitions import decorators
from airflow.sdk.execution_time import supervisor
from sqlalchemy.orm import configure_mappers

from entra_sync import headcount, load, transform, validate
from entra_sync.airflow import asking, late, metrics, midnight, notices, retries, tasks
from entra_sync.validate import kept
from entra_sync.validate.library import great_expectations

__all__ = [
    "asking",
    "decorators",
    "headcount",
    "kept",
    "late",
    "load",
    "metrics",
    "midnight",
    "notices",
    "retries",
    "supervisor",
    "tasks",
    "transform",
    "validate",
]

great_expectations()
# A connection out of a file of secrets is a row of Airflow's models, and the first row sets all of them up.
import_all_models()  # type: ignore[no-untyped-call]
configure_mappers()
