"""The day's tables -> the PeopleGoal database, in one transaction together with the record of it.

Stage (COPY), plan the whole difference (set by set, in temporary tables), hold it against the guards, apply,
record. What is not on the plan is not written, not even a time.
"""

from entra_sync.load.load import load_run
from entra_sync.load.model import Curated, LoadResult, SnapshotRef

__all__ = ["Curated", "LoadResult", "SnapshotRef", "load_run"]
