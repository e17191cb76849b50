"""Something in the background that several processes share: started by the first, stopped by the last of its users."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from entra_sync.local.locks import Use, exclusive


class Shared(ABC):
    """Used as a context manager. ``lock`` guards starting and stopping, ``users`` is held by everybody who uses it."""

    def __init__(self, *, lock: Path, users: Path) -> None:
        self._lock = lock
        self._users = users
        self._use: Use | None = None

    @abstractmethod
    def _ensure_running(self) -> None:
        """Start it unless it runs; the lock is held."""

    @abstractmethod
    def _stop(self) -> None:
        """Stop it, if it runs; the lock is held."""

    def __enter__(self) -> Self:
        """Join; start it first when it does not run."""
        with exclusive(self._lock):
            self._ensure_running()
            # Only now: what was started above must not inherit the use.
            self._use = Use(self._users)
            self._use.join()
        return self

    def __exit__(self, *exc: object) -> None:
        """Leave; the last one stops it."""
        use, self._use = self._use, None
        if use is None:
            return
        with exclusive(self._lock):
            if use.leave():
                self._stop()

    @property
    def descriptor(self) -> int:
        """What a background process inherits to go on using it after ``hand_over``."""
        if self._use is None:
            raise RuntimeError(f"{type(self).__name__} is not in use")
        return self._use.descriptor

    def hand_over(self) -> None:
        """Leave it running for the processes that inherited ``descriptor``."""
        use, self._use = self._use, None
        if use is not None:
            use.hand_over()

    def stop_unused(self) -> bool:
        """Stop it if nobody uses it; whether it is stopped now."""
        with exclusive(self._lock):
            if not Use(self._users).leave():
                return False
            self._stop()
        return True
