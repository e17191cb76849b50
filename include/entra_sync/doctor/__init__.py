"""Tries every part that a night needs: what was tried, what came back, what to do, and the step of the set-up guide.

Reads a page of each kind at most, changes nothing, and never tells a secret, a token or anything about a person.
"""

from entra_sync.doctor.entra import examine_tenant
from entra_sync.doctor.findings import Finding
from entra_sync.doctor.places import examine_database, examine_store

__all__ = ["Finding", "examine_database", "examine_store", "examine_tenant"]
