"""Minutes of history that wait to be written."""

import logging

from daemon.store.minute import Minute

logger = logging.getLogger(__name__)

MOST = 1_440
MINUTE_S = 60.0


class MinuteBacklog:
    """By their beginning, parts of one added up; the oldest goes when too many wait.

    Has no lock of its own: whoever owns it holds one.
    """

    def __init__(self) -> None:
        self._minutes: dict[int, Minute] = {}
        self._forgotten = (0.0, 0.0)

    def __len__(self) -> int:
        return len(self._minutes)

    def add(self, minute: Minute) -> None:
        """Let ``minute``, a part of one or all of it, wait, unless it is to be forgotten."""
        since, until = self._forgotten
        if since < minute.start < until:
            return
        waiting = self._minutes.get(minute.start)
        self._minutes[minute.start] = waiting.merged(minute) if waiting else minute
        if len(self._minutes) > MOST:
            del self._minutes[min(self._minutes)]
            logger.error("Store: a minute of history is given up: the store cannot be written")

    def forget(self, since: float, until: float) -> None:
        """Drop the minutes of the span, and what comes of its last one."""
        self._forgotten = (since - MINUTE_S, until)
        for start in [start for start in self._minutes if since - MINUTE_S < start < until]:
            del self._minutes[start]

    def take(self) -> list[Minute]:
        """All of them, which wait no more."""
        taken, self._minutes = list(self._minutes.values()), {}
        return taken
