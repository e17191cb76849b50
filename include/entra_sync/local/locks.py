"""Locks between processes. The kernel releases them when a process ends, also by ``kill -9``: nothing is counted."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait until nobody else holds the lock, then hold it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class Use:
    """Shared use of something, such as a server: who leaves learns whether it was the last one.

    A process that inherits ``descriptor`` goes on using it after the one that joined has left by ``hand_over``.
    """

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def join(self) -> None:
        """Join; waits while somebody holds it alone."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Hold it alone, unless somebody uses it."""
        return self._flock(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def alone(self) -> None:
        """Hold it alone; waits while somebody uses it."""
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def leave(self) -> bool:
        """Leave; whether nobody else uses it now."""
        last = self.try_alone()
        os.close(self.descriptor)
        return last

    def hand_over(self) -> None:
        """Leave it to the processes that inherited the descriptor."""
        os.close(self.descriptor)

    def _flock(self, operation: int) -> bool:
        try:
            fcntl.flock(self.descriptor, operation)
        except BlockingIOError:
            return False
        return True
