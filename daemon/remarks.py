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


def history_of(journal: Journal) -> History:
    """The newest word on each alert, and what is usual at this time, of the last 30 days.

    What is older has expired.

    A word is taken back by the other one: ``ack`` after ``false_alarm``.

    Raises:
        StateError: the store cannot be read.
    """
    now = time.time()
    since = now - EXPIRES_DAYS * DAY_S
    return History(
        tuple(
            Remark(
                alert=event.id,
                kind=event.kind,
                sound=event.sounds[0].label if event.sounds else None,
                false=said == "false_alarm",
            )
            for event, said in journal.archive.remarks(since)
        ),
        Usual(*journal.archive.usual(since, now)),
    )


class Recall:
    """Has fusion weigh what the store holds: at the start, at each word, and as words expire.

    Args:
        journal: where words are kept.
        learn: takes them, all of them.
    """

    def __init__(self, journal: Journal, learn: Callable[[History], bool]) -> None:
        self._journal = journal
        self._learn = learn
        self._due_s = 0.0

    def now(self) -> None:
        """Read the store, and hand on; where it cannot be read, what was known goes on counting."""
        try:
            self._learn(history_of(self._journal))
        except StateError as error:
            log.warning("Feedback is not read; what was known of it counts on: %s", error)

    def look(self, now_s: float) -> None:
        """The same, once a quarter of an hour since the last time (monotonic seconds)."""
        if now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            self.now()
