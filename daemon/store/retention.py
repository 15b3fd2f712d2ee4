"""What is too old goes, but never so fast that a wrong clock empties the store."""

import logging
import sqlite3
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

Clock = Callable[[], float]

SECONDS_PER_DAY = 86_400
# A day of history an hour, from its old end: absences are made up for, and a clock that is wrong
# for some hours costs some days instead of everything.
HISTORY_S_PER_S = 24.0
# Nothing is lost by skipping what holds no rows; so that rows of a clock that was years behind do
# not hold up the others for years.
SKIPPED_GAP_S = 30 * SECONDS_PER_DAY
PRUNED_AT_ONCE = 500

_OLDEST = (
    "SELECT min(wall) FROM (SELECT min(wall) AS wall FROM event"
    " UNION ALL SELECT min(wall) FROM feedback UNION ALL SELECT min(start) FROM minute)"
)
_PRUNE = (
    "DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE wall < ? LIMIT ?)",
    "DELETE FROM feedback WHERE id IN (SELECT id FROM feedback WHERE wall < ? LIMIT ?)",
    "DELETE FROM minute WHERE start IN (SELECT start FROM minute WHERE start < ? LIMIT ?)",
)


class Allowance:
    """Up to when history may go by now, whatever the clock says.

    Args:
        steady: seconds of running, which no one can set.
    """

    def __init__(self, steady: Clock = time.monotonic) -> None:
        self._steady = steady
        self._last = steady()
        self._allowed: float | None = None  # what is before this wall time may go

    def until(self, oldest: float) -> float:
        """Up to which wall time, where the oldest that is left is of ``oldest``."""
        now = self._steady()
        passed, self._last = now - self._last, now
        start = self._allowed
        if start is None or oldest < start or oldest - start > SKIPPED_GAP_S:
            start = oldest
        self._allowed = start + passed * HISTORY_S_PER_S
        return self._allowed


class Retention:
    """Deletes rows older than some days, in steps that the time that really passed allows.

    A store that is larger than it may be loses its oldest day, whatever the clock says.
    """

    def __init__(
        self, days: int, max_bytes: int, *, clock: Clock, steady: Clock = time.monotonic
    ) -> None:
        """Begin to count the time that passes.

        Args:
            days: how long rows are kept.
            max_bytes: how much the rows may take.
            clock: wall time, seconds since 1970; it may be wrong.
            steady: seconds of running, which no one can set.
        """
        self._kept_s = days * SECONDS_PER_DAY
        self._max_bytes = max_bytes
        self._clock = clock
        self._allowance = Allowance(steady)
        self._behind = False
        self._full = False

    def prune(self, connection: sqlite3.Connection) -> bool:
        """Delete a little of what is too old; true while there is more that may go now."""
        (oldest,) = connection.execute(_OLDEST).fetchone()
        if oldest is None:
            return False
        wanted = self._clock() - self._kept_s
        allowed = self._allowance.until(oldest)
        self._say(wanted - allowed)
        until = min(wanted, allowed)
        full = bytes_used(connection) > self._max_bytes
        self._say_full(full)
        if full:
            until = max(until, oldest + SECONDS_PER_DAY)
        deleted = [
            connection.execute(statement, (until, PRUNED_AT_ONCE)).rowcount for statement in _PRUNE
        ]
        return PRUNED_AT_ONCE in deleted or (full and any(deleted))

    def _say_full(self, full: bool) -> None:
        if full and not self._full:
            logger.warning(
                "Store: it holds more than %d MB, so its oldest days go before their time; [store]"
                " max_mb sets how much it may hold",
                self._max_bytes // 10**6,
            )
        self._full = full

    def _say(self, behind_s: float) -> None:
        behind = behind_s > SECONDS_PER_DAY
        if behind and not self._behind:
            logger.warning(
                "Store: history reaches %.0f days too far back by the clock; in case the clock is"
                " wrong, one day of it goes in each hour",
                behind_s / SECONDS_PER_DAY,
            )
        self._behind = behind


def bytes_used(connection: sqlite3.Connection) -> int:
    """What the rows of the store take; its file keeps the room of those that went."""
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    return int(size * (pages - free))
