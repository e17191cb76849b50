"""What people decide about rows that a limit withheld: list, answer.

An answer changes ``sync.decision`` only. What was approved is applied by the account's next load of exactly the same
plan, once; see ``entra_sync.load.decisions``.
"""

from entra_sync.decisions.answers import answer, claim, expire
from entra_sync.decisions.model import AlreadyDecided, Decision, decision, decisions, held, question

__all__ = ["AlreadyDecided", "Decision", "answer", "claim", "decision", "decisions", "expire", "held", "question"]
