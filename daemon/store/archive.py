"""What the store says of the past, for whoever looks back."""

import math
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from daemon.store.alerts import AlertFilter, load_records
from daemon.store.events import load_alert
from daemon.store.feedback import load_feedback, load_remarks
from daemon.store.hours import load_hours
from daemon.store.lives import Life, load_lives
from daemon.store.minute import Minute, load_minutes
from daemon.store.notices import StoredNotice, load_notices
from daemon.store.unreadable import Unreadable
from daemon.store.usual import load_usual
from daemon.wire.alert import AlertEvent
from daemon.wire.history import AlertRecord, Hour, Remark

T = TypeVar("T")

MOST_EVENTS = 500
MOST_REMARKS = 500


class Asking(Protocol):
    """Runs a query over the store's file; StateError where that cannot be read."""

    def __call__(self, query: Callable[[sqlite3.Connection], T], /) -> T:
        """What ``query`` finds."""


class Archive:
    """Reads; nothing is ever written. Every question raises StateError where it has no answer.

    Args:
        ask: the store.
        transcripts: whether words may be shown that were kept.
        unreadable: notes rows that cannot be read.
    """

    def __init__(
        self, ask: Asking, *, transcripts: Callable[[], bool], unreadable: Unreadable
    ) -> None:
        self._ask = ask
        self._transcripts = transcripts
        self._unreadable = unreadable

    def lives(self, since: float, until: float = math.inf) -> list[Life]:
        """Alerts raised from ``since`` to before ``until`` (wall time), oldest first.

        Demonstrations are no part of anyone's history.
        """
        return self._lives(AlertFilter(since, until))

    def life(self, alert: str) -> Life | None:
        """The alert whose id begins with ``alert``; None where there is none, or several."""
        if not alert:
            return None
        rows = self._ask(
            lambda connection: connection.execute(
                "SELECT DISTINCT alert FROM event WHERE substr(alert, 1, ?) = ? LIMIT 2",
                (len(alert), alert),
            ).fetchall()
        )
        if len(rows) != 1:
            return None
        one = AlertFilter(-math.inf, math.inf, alert=rows[0][0], demonstrations=True)
        return next(iter(self._lives(one)), None)

    def records(self, wanted: AlertFilter, limit: int) -> list[AlertRecord]:
        """The newest ``limit`` alerts that are ``wanted``, newest first."""
        stored = self._ask(lambda found: load_records(found, wanted, limit, self._unreadable))
        return [one.model_copy(update={"event": self._shown(one.event)}) for one in stored]

    def story(self, alert: str) -> tuple[list[AlertEvent], list[Remark]]:
        """The first events of ``alert``, and what people said of it, both oldest first."""
        events = self._ask(lambda found: load_alert(found, alert, self._unreadable, MOST_EVENTS))
        remarks = self._ask(lambda found: load_remarks(found, alert, MOST_EVENTS))
        return [self._shown(event) for event in events], remarks

    def remarks(self, since: float, limit: int = MOST_REMARKS) -> list[tuple[AlertEvent, str]]:
        """The newest word on each alert since ``since``, with the event that raised it."""
        return self._ask(lambda found: load_feedback(found, since, limit, self._unreadable))

    def usual(self, since: float, until: float) -> tuple[int, dict[str, int]]:
        """Days heard about the time of day of ``until``, and on how many each sound was."""
        return self._ask(lambda connection: load_usual(connection, since, until))

    def hours(self, since: float, until: float) -> list[Hour]:
        """How each hour was of which anything is kept; hours are counted from ``since``."""
        return self._ask(lambda connection: load_hours(connection, since, until))

    def minutes(
        self, since: float, until: float = math.inf, limit: int | None = None
    ) -> list[Minute]:
        """The first ``limit`` minutes that began from ``since`` to before ``until``."""
        return self._ask(lambda connection: load_minutes(connection, since, until, limit))

    def notices(self) -> list[StoredNotice]:
        """What waited for channels when it was last kept, in order."""
        return self._ask(load_notices)

    def _lives(self, wanted: AlertFilter) -> list[Life]:
        stored = self._ask(lambda connection: load_lives(connection, wanted, self._unreadable))
        return [replace(life, events=tuple(map(self._shown, life.events))) for life in stored]

    def _shown(self, event: AlertEvent) -> AlertEvent:
        return event if self._transcripts() else without_words(event)


def without_words(event: AlertEvent) -> AlertEvent:
    """``event`` without what was said."""
    if event.transcript is None and event.explanation is None:
        return event
    return event.model_copy(update={"transcript": None, "explanation": None})
