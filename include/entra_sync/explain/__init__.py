"""Explain a decision afterwards: what Entra said about a person, what each step made of it, and where it stands now.

In: a stored night and the database. Out: frozen records, without text for a screen. Graph is not asked, and nothing is
written. Everything in here may hold people's data: it goes to whoever asked, and never into a log.
"""

from entra_sync.explain.answer import Explanation, Nobody, Several
from entra_sync.explain.explain import explain

__all__ = ["Explanation", "Nobody", "Several", "explain"]
