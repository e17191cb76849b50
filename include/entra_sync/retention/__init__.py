"""Delete what was kept long enough: an account's snapshots, findings, curated days, and the names of its history."""

from entra_sync.retention.sweep import Swept, sweep

__all__ = ["Swept", "sweep"]
