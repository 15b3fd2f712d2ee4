"""A wake-up call: one thread sleeps until another has come as far as it waits for."""

import sys
import threading
from typing import Final

NEVER: Final = sys.maxsize


class WakeUp:
    """One thread's call, which any other may give; both share a lock.

    Whoever wants to sleep orders the call with the lock held, so that what it waits for cannot
    come between its last look and the order. A lock is what it sleeps by: unlike a condition, it
    allocates nothing at each wait.

    Args:
        lock: held by whoever calls :meth:`order`, :meth:`cancel` and :meth:`give`.

    Attributes:
        at: what it is ordered for, for example an absolute sample index; :data:`NEVER` while
            nobody is to be woken.
    """

    def __init__(self, lock: threading.Lock) -> None:
        self.at = NEVER
        self._lock = lock
        self._asleep = threading.Lock()  # held; released to wake who sleeps
        self._asleep.acquire()

    @property
    def ordered(self) -> bool:
        """Whether somebody is to be woken."""
        return self.at != NEVER

    def order(self, at: int) -> None:
        """Ask to be woken at ``at``."""
        self.at = at

    def cancel(self) -> None:
        """Ask for nothing any more, without having slept."""
        self.at = NEVER

    def give(self) -> None:
        """Wake who has ordered it, asleep or about to be; without an order, nothing."""
        if self.ordered:
            self.at = NEVER
            self._asleep.release()

    def sleep(self, timeout_s: float) -> bool:
        """Sleep until the call that was ordered; the lock is not held.

        Returns:
            Whether it came; where not, it is ordered no more.
        """
        if self._asleep.acquire(timeout=timeout_s):
            return True
        with self._lock:
            if self.ordered:
                self.cancel()
                return False
        self._asleep.acquire()  # woken between the time-out and the lock: take the wake-up
        return True
