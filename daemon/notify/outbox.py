"""What waits for one channel, in order, and never more than so many."""

import logging
from collections import deque
from collections.abc import Callable

from daemon.notify.notice import Notice
from daemon.notify.waiting import Waiting

log = logging.getLogger(__name__)

QUEUE = 256


class Outbox:
    """Notices that wait. When they are too many, the oldest that is not critical goes.

    The first one stays, for it may be on its way.

    Not thread-safe: its owner has the lock.

    Args:
        channel: its name, for the log.
        limit: how many may wait.
        keeps_s: for how long what could not be told is worth telling.
    """

    def __init__(self, channel: str, limit: int = QUEUE, keeps_s: float = 86_400.0) -> None:
        self._channel = channel
        self._limit = limit
        self._keeps_s = keeps_s
        self._waiting: deque[tuple[float, Notice]] = deque()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, notice: Notice, now_s: float) -> None:
        """Have ``notice`` wait from the monotonic time ``now_s`` on."""
        self._waiting.append((now_s, notice))
        if len(self._waiting) > self._limit:
            others = list(self._waiting)[1:]
            lesser = (each for each in others if each[1].level != "critical")
            victim = next(lesser, others[0])
            self._waiting.remove(victim)
            self._lose(victim[1], f"{self._limit} wait already")

    def restore(self, waiting: Waiting, now_s: float) -> bool:
        """Have it go on waiting after a restart; false if it is too old to be told."""
        if waiting.age_s > self._keeps_s:
            self.dropped += waiting.notice.count
            return False
        self.add(waiting.notice, now_s - waiting.age_s)
        return True

    def waiting(self, now_s: float) -> list[Waiting]:
        """Everything that waits, in order."""
        return [Waiting(one.id, one.id, now_s - since, one) for since, one in self._waiting]

    def forget(self, forgotten: Callable[[float, Notice], bool], now_s: float) -> None:
        """Take out what is ``forgotten``, of its age and itself."""
        self._waiting = deque(
            entry for entry in self._waiting if not forgotten(now_s - entry[0], entry[1])
        )

    def first(self, now_s: float) -> Notice | None:
        """The oldest that is still worth telling; it stays here until it was :meth:`removed`."""
        while self._waiting:
            since, notice = self._waiting[0]
            if now_s - since <= self._keeps_s:
                return notice
            self._waiting.popleft()
            self._lose(notice, "it could not be told in time")
        return None

    def remove(self, notice: Notice) -> bool:
        """Take out ``notice``, which was told or refused; whether it was still here."""
        for entry in self._waiting:
            if entry[1] is notice:
                self._waiting.remove(entry)
                return True
        return False

    def moved(self) -> "Outbox":
        """Another one with everything that waits; here nothing does any more."""
        other = Outbox(self._channel, self._limit, self._keeps_s)
        other._waiting, self._waiting = self._waiting, deque()
        other.dropped = self.dropped
        return other

    def _lose(self, notice: Notice, why: str) -> None:
        self.dropped += notice.count
        log.warning("channel %s: %s; %s is dropped", self._channel, why, notice.about)
