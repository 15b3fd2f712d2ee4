"""What people said of past alerts, and what is usual here, from the store to fusion."""

import logging
import time
from collections.abc import Callable
from typing import Final

from daemon.errors import StateError
from daemon.fusion.history import History, Remark, Usual
from daemon.store.journal import Journal

log = logging.getLogger(__name__)

EXPIRES_DAYS: Final = 30
DAY_S: Final = 86_400.0
EVERY_S: Final = 900.0  # words expire, and the time of day goes on, although nobody says anything


def remarks_of(journal: Journal) -> tuple[Remark, ...]:
    """The newest word on each alert of the last 30 days; what is older has expired.

    A word is taken back by the other one: ``ack`` after ``false_alarm``.

    Raises:
        StateError: the store cannot be read.
    """
    since = time.time() - EXPIRES_DAYS * DAY_S
    return tuple(
        Remark(
            alert=event.id,
            kind=event.kind,
            sound=event.sounds[0].label if event.sounds else None,
            false=said == "false_alarm",
        )
        for event, said in journal.archive.remarks(since)
    )


class Recall:
    """Has fusion weigh what the store holds: at the start, at each word, and as words expire.

    Args:
        journal: where words and minutes are kept.
        learn: takes all of it.
        of_now: whether what is heard happens here and now; what is usual here says nothing of a
            recording.
    """

    def __init__(
        self, journal: Journal, learn: Callable[[History], bool], *, of_now: bool = True
    ) -> None:
        self._journal = journal
        self._learn = learn
        self._of_now = of_now
        self._usual = Usual()
        self._due_s = 0.0

    def now(self) -> None:
        """Read what was said, and hand on; where it cannot be read, what was known counts on."""
        try:
            self._learn(History(remarks_of(self._journal), self._usual))
        except StateError as error:
            log.warning("Feedback is not read; what was known of it counts on: %s", error)

    def look(self, now_s: float) -> None:
        """What was said and what is usual, once a quarter of an hour (monotonic seconds)."""
        if now_s < self._due_s:
            return
        self._due_s = now_s + EVERY_S
        if self._of_now:
            self._look_around()
        self.now()

    def _look_around(self) -> None:
        now = time.time()
        try:
            self._usual = Usual(*self._journal.archive.usual(now - EXPIRES_DAYS * DAY_S, now))
        except StateError as error:
            self._usual = Usual()
            log.warning("What is usual here is not read, and counts for nothing: %s", error)
