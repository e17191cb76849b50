"""Erase what is kept of one person who has left: PeopleGoal's profile, the history, snapshots and curated files.

Rows and counts stay, names and values go; of the person the object id is kept, so that a directory that still has the
account, disabled, does not bring the rest back.
"""

from entra_sync.forget.forget import Forgotten, forget, forget_unfinished
from entra_sync.forget.person import Person, find_person

__all__ = ["Forgotten", "Person", "find_person", "forget", "forget_unfinished"]
