"""Alerts as their whole lives, with what people said of them: for lists, reports and reminders."""

import sqlite3
from dataclasses import dataclass

from daemon.store.alerts import AlertFilter, Chosen, choose
from daemon.store.events import load_alert
from daemon.store.unreadable import Unreadable
from daemon.wire.alert import AlertEvent
from daemon.wire.base import LEVELS, Kind, Level, SourceName, wall_seconds


@dataclass(frozen=True, slots=True)
class Life:
    """One alert.

    Attributes:
        id: its own.
        kind: what was heard.
        level: the highest that it reached.
        score: the highest.
        raised: wall time of its first event, seconds since 1970.
        ended: of its clearing; None while it is open.
        source: where the sound came from.
        why: the sentence of the event at which it was at its highest level.
        said: the newest word of a person, ``ack`` or ``false_alarm``.
        said_at: when.
        events: its readable events, in order.
    """

    id: str
    kind: Kind
    level: Level
    score: float
    raised: float
    ended: float | None
    source: SourceName
    why: str
    said: str | None
    said_at: float | None
    events: tuple[AlertEvent, ...]


def load_lives(
    connection: sqlite3.Connection, wanted: AlertFilter, unreadable: Unreadable
) -> list[Life]:
    """The alerts that are ``wanted``, oldest first."""
    lives: list[Life] = []
    for one in reversed(list(choose(connection, wanted))):
        events = load_alert(connection, one.alert, unreadable)
        if events:
            lives.append(_life(one, events))
    return lives


def _life(chosen: Chosen, events: list[AlertEvent]) -> Life:
    gravest = max(events, key=lambda event: (LEVELS.index(event.level), event.score))
    last = events[-1]
    return Life(
        id=chosen.alert,
        kind=last.kind,
        level=gravest.level,
        score=max(event.score for event in events),
        raised=chosen.raised,
        ended=wall_seconds(last.time) if last.phase == "cleared" else None,
        source=last.source,
        why=gravest.why,
        said=chosen.said,
        said_at=chosen.said_at,
        events=tuple(events),
    )
