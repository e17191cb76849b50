"""Undo: a run's recorded changes are taken back where nobody has changed the value since."""

from entra_sync.undo.model import Kept, UndoResult
from entra_sync.undo.undo import undo_run

__all__ = ["Kept", "UndoResult", "undo_run"]
