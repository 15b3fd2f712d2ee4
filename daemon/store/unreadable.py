"""Rows that cannot be read: left where they are, said once, and passed over."""

import logging
import threading

logger = logging.getLogger(__name__)

REMEMBERED = 10_000


class Unreadable:
    """Counts the rows that cannot be read, so that one bad row does not hide the good ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seqs: set[int] = set()

    def note(self, seq: int, error: Exception) -> None:
        """Event ``seq`` cannot be read. Said the first time only: it is read at every replay."""
        with self._lock:
            if seq in self._seqs or len(self._seqs) >= REMEMBERED:
                return
            self._seqs.add(seq)
        first = str(error).partition("\n")[0]
        logger.error("Store: alert event %d cannot be read (%s); it is passed over", seq, first)

    @property
    def count(self) -> int:
        """How many different events could not be read since the start."""
        with self._lock:
            return len(self._seqs)
