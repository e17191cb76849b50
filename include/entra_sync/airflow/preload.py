"""Everything that a step imports, imported once, for a process whose forks are the steps: a Celery worker.

Celery imports it when a worker starts (``[celery] extra_celery_config`` in docker-compose.yaml); each step is a fork of
it and finds all of it loaded. Without, every step loads Arrow and Pydantic's models anew, and validate Great
Expectations for three seconds: more than all of a small account's own work. No other process may import this.
"""

from __future__ import annotations

from airflow.models import import_all_models
from sqlalchemy.orm import configure_mappers

from entra_sync import headcount, load, transform, validate
from entra_sync.airflow import metrics, notices, tasks
from entra_sync.validate import kept
from entra_sync.validate.library import great_expectations

__all__ = ["headcount", "kept", "load", "metrics", "notices", "tasks", "transform", "validate"]

great_expectations()
# A connection out of a file of secrets is a row of Airflow's models, and the first row sets all of them up.
import_all_models()  # type: ignore[no-untyped-call]
configure_mappers()
