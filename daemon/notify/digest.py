"""A storm of alerts becomes one notice. Pure: it is told the time."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from daemon.notify.notice import Notice, digest_of
from daemon.notify.waiting import Waiting
from daemon.wire.base import LEVELS, Level

REMEMBERED = 64  # of a digest's notices; the others are only counted


class Digest:
    """Lets so many notices of a level through in a time, and gathers the others.

    Each level has an allowance of its own, so that many advisories never hold up what is critical.
    Once a level is beyond it, everything of that level is gathered, and told as one notice when
    the time is over; while it goes on, once in each such time.

    Args:
        after: how many go through; 0: all do.
        every_s: the time.
    """

    def __init__(self, after: int, every_s: float) -> None:
        self.after = after
        self.every_s = every_s
        self._through: dict[Level, deque[float]] = {}
        self._gathered: dict[Level, _Gathered] = {}

    def add(self, notice: Notice, now_s: float, wall: float) -> Notice | None:
        """``notice`` if it goes through at the monotonic time ``now_s``, else None."""
        gathered = self._gathered.get(notice.level)
        if gathered is not None:
            gathered.add(notice)
            return None
        if not self.after:
            return notice
        through = self._through.setdefault(notice.level, deque())
        while through and now_s - through[0] >= self.every_s:
            through.popleft()
        if len(through) < self.after:
            through.append(now_s)
            return notice
        self._gathered[notice.level] = _Gathered(notice, now_s, now_s + self.every_s, wall)
        return None

    def due(self, now_s: float, *, all_of_it: bool = False) -> list[Notice]:
        """The digests whose time has come (``all_of_it``: every one), the gravest first."""
        found = []
        for level in reversed(LEVELS):
            gathered = self._gathered.get(level)
            if gathered is not None and (all_of_it or now_s >= gathered.due_s):
                del self._gathered[level]
                # What follows at once is still the same storm: the digest used up the allowance.
                self._through[level] = deque([now_s] * self.after)
                found.append(gathered.told())
        return found

    def waiting(self, now_s: float) -> list[Waiting]:
        """What is gathered now, as it would be told now."""
        return [
            Waiting(f"digest {level}", str(one.count), max(0.0, now_s - one.began_s), one.told())
            for level, one in self._gathered.items()
        ]

    def forget(self, forgotten: Callable[[float, Notice], bool], now_s: float) -> None:
        """Gather no more of a level of which anything is ``forgotten``, of its age and itself."""
        for level, one in tuple(self._gathered.items()):
            if any(forgotten(now_s - one.began_s, notice) for notice in one.notices):
                del self._gathered[level]

    def next_s(self) -> float | None:
        """When the next digest is due."""
        return min((gathered.due_s for gathered in self._gathered.values()), default=None)


class _Gathered:
    def __init__(self, first: Notice, began_s: float, due_s: float, wall: float) -> None:
        self.began_s = began_s
        self.due_s = due_s
        self.notices = deque([first], maxlen=REMEMBERED)
        self.count = first.count
        self._since = first.wall or wall

    def add(self, notice: Notice) -> None:
        self.notices.append(notice)
        self.count += notice.count

    def told(self) -> Notice:
        if self.count == 1:
            return replace(self.notices[0], wall=self._since)
        return digest_of(list(self.notices), self.count, self._since)
