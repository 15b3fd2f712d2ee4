"""Sealed clips on their way to the disk."""

import logging
import time
from collections import deque
from dataclasses import dataclass
from typing import Final

from daemon.clips.folder import ClipFolder, Span

log = logging.getLogger(__name__)

RETRY_S: Final = 30.0
MOST: Final = 4  # while there is no room on the disk; the oldest goes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A clip that nobody can hear without the key.

    Attributes:
        alert: the alert's id.
        began: wall time of its first sample, seconds since 1970.
        seconds: its length.
        content: an age file.
    """

    alert: str
    began: float
    seconds: float
    content: bytes


class Outbox:
    """Writes clips in order, and tries again.

    Args:
        folder: where they go.

    Attributes:
        written: how many were.
        lost: how many had to go before they could be.
    """

    def __init__(self, folder: ClipFolder) -> None:
        self._folder = folder
        self._waiting: deque[Sealed] = deque()
        self._next_s = 0.0
        self.written = self.lost = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def due_s(self) -> float:
        """Monotonic time at which there is something to do; infinite where nothing waits."""
        return self._next_s if self._waiting else float("inf")

    def put(self, clip: Sealed) -> None:
        """Have ``clip`` written next."""
        if len(self._waiting) >= MOST:
            gone = self._waiting.popleft()
            self.lost += 1
            log.error("Clips: that of alert %s is lost: there was no room for it", gone.alert)
        self._waiting.append(clip)
        self._next_s = 0.0

    def forget(self, span: Span) -> None:
        """Drop what lies in ``span``."""
        left = [
            clip
            for clip in self._waiting
            if not span.has(clip.alert, clip.began, clip.began + clip.seconds)
        ]
        self._waiting = deque(left)

    def flush(self, *, at_once: bool = False) -> None:
        """Write what waits, if it is time.

        Args:
            at_once: whatever the time: for the last attempt.

        Raises:
            OSError: the first that could not be written, and those behind it, wait on.
        """
        if time.monotonic() < self._next_s and not at_once:
            return
        self._next_s = time.monotonic() + RETRY_S
        while self._waiting:
            clip = self._waiting[0]
            kept = self._folder.write(clip.alert, clip.began, clip.seconds, clip.content)
            self._waiting.popleft()
            self.written += 1
            log.info("Clips: alert %s: %.0f s, %d bytes", clip.alert, clip.seconds, kept.size)
