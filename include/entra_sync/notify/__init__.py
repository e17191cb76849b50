"""What people are told about an account without asking: what is news, the words, and who was told already.

In: the sync history. Out: notices through a function that sends one. No name, address or secret is ever in a notice.
"""

from entra_sync.notify.credential import Credential
from entra_sync.notify.nights import Night, failing
from entra_sync.notify.quarantine import Quarantined
from entra_sync.notify.tell import Failure, Notice, in_quarantine, quarantine_of, skip_night, tell, tell_week

__all__ = [
    "Credential",
    "Failure",
    "Night",
    "Notice",
    "Quarantined",
    "failing",
    "in_quarantine",
    "quarantine_of",
    "skip_night",
    "tell",
    "tell_week",
]
