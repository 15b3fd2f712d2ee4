"""The bounded queue in front of the fusion thread."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.opinion import Opinion
from daemon.config.schema import Fusion
from daemon.fusion.history import History
from daemon.fusion.reading import Reading
from daemon.wire.alert import ClearReason
from daemon.wire.base import Level


@dataclass(frozen=True, slots=True)
class Read:
    """A slow lane's reading."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class Learn:
    """What people said of past alerts, all of it."""

    history: History


@dataclass(frozen=True, slots=True)
class Amend:
    """A slow lane's word on an open alert's level."""

    alert: str
    level: Level
    trustworthy: bool


@dataclass(frozen=True, slots=True)
class Finish:
    """The stream ends here; ``done`` is set once that has been dealt with."""

    reason: ClearReason
    done: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Pause:
    """Raise nothing until the wall time ``until``; None ends a pause."""

    until: float | None


@dataclass(frozen=True, slots=True)
class Reconfigure:
    """Decide by these settings from now on."""

    config: Fusion


Item = AcousticEvidence | Opinion | Read | Learn | Amend | Finish | Reconfigure


class Closed(Exception):  # noqa: N818 - an end, not an error
    """The inbox is closed and everything in it has been taken out."""


class Inbox:
    """Items in their order, at most ``capacity`` of them, for one reader.

    Pausing overtakes what is queued and needs one place only: the newest word counts. A
    :class:`Finish` always gets in: each waits for its caller, so that they are few.

    Args:
        capacity: the most items that wait.
        lossless: a full inbox blocks the writer; otherwise the oldest evidence makes room.
    """

    def __init__(self, capacity: int, *, lossless: bool) -> None:
        self._capacity: Final = capacity
        self._lossless: Final = lossless
        self._items: deque[Item] = deque()
        self._pause: Pause | None = None
        lock = threading.Lock()
        self._ready = threading.Condition(lock)
        self._room = threading.Condition(lock)
        self._open = True
        self.dropped = 0
        """Hops of evidence that were lost to a full inbox."""

    def put(self, item: Item) -> bool:
        """Add ``item``; False where the inbox is closed or no room could be made."""
        with self._ready:
            if len(self._items) >= self._capacity and not isinstance(item, Finish):
                if self._lossless:
                    self._room.wait_for(lambda: len(self._items) < self._capacity or not self._open)
                elif self._open and not self._drop_oldest():
                    return False
            if not self._open:
                return False
            self._items.append(item)
            self._ready.notify()
        return True

    def put_all(self, items: Sequence[Item]) -> bool:
        """Add ``items`` in their order; their reader wakes up once."""
        with self._ready:
            room = self._capacity - len(self._items) >= len(items)
            if room and self._open:
                self._items.extend(items)
                self._ready.notify()
                return True
        return all(self.put(item) for item in items)

    def pause(self, pause: Pause) -> None:
        """Say that a pause begins or ends."""
        with self._ready:
            self._pause = pause
            self._ready.notify()

    def take(self, patience: Callable[[], float | None]) -> Item | Pause | None:
        """The next item, waiting for it.

        Args:
            patience: seconds to wait at most (None: for ever), asked only where nothing waits.

        Returns:
            The item; None if there was none for that long.

        Raises:
            Closed: nothing is left, and nothing will come.
        """
        with self._ready:
            if self._pause is None and not self._items and self._open:
                timeout = patience()
                self._ready.wait_for(
                    lambda: self._pause is not None or self._items or not self._open, timeout
                )
            if self._pause is not None:
                pause, self._pause = self._pause, None
                return pause
            if self._items:
                if self._lossless:
                    self._room.notify()
                return self._items.popleft()
            if not self._open:
                raise Closed
            return None

    def close(self) -> None:
        """Let nothing more in; what is in can still be taken."""
        with self._ready:
            self._open = False
            self._ready.notify_all()
            self._room.notify_all()

    def abandon(self) -> None:
        """Close, throw away what is in, and release everybody who waits."""
        self.close()
        with self._ready:
            for item in self._items:
                if isinstance(item, Finish):
                    item.done.set()
            self._items.clear()

    def _drop_oldest(self) -> bool:
        for index, item in enumerate(self._items):
            if isinstance(item, AcousticEvidence):
                del self._items[index]
                self.dropped += 1
                return True
        return False
