"""Alerts as their whole lives, with what people said of them: for lists, reports and reminders."""

import sqlite3
from dataclasses import dataclass

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
    connection: sqlite3.Connection,
    since: float,
    until: float,
    unreadable: Unreadable,
    *,
    alert: str | None = None,
) -> list[Life]:
    """Alerts that began from ``since`` up to ``until`` (wall time), oldest first.

    Demonstrations are no part of anyone's history.

    Args:
        connection: to the store.
        since: seconds since 1970.
        until: the same; not included.
        unreadable: notes rows that cannot be read.
        alert: only the one of this id, demonstration or not.
    """
    if alert is None:
        chosen = (
            "SELECT alert FROM event WHERE source <> 'demo' GROUP BY alert"
            " HAVING min(wall) >= ? AND min(wall) < ?"
        )
        words: tuple[object, ...] = (since, until)
    else:
        chosen, words = "SELECT ?", (alert,)
    rows = connection.execute(
        f"SELECT seq, alert, CAST(body AS BLOB) FROM event WHERE alert IN ({chosen}) ORDER BY seq",  # noqa: S608 - one of two texts above
        words,
    ).fetchall()
    lives: dict[str, list[AlertEvent]] = {}
    for seq, name, body in rows:
        try:
            lives.setdefault(name, []).append(AlertEvent.model_validate_json(body))
        except ValueError as error:
            unreadable.note(seq, error)
    said = _said(connection)
    return [_life(name, events, said.get(name)) for name, events in lives.items() if events]


def _said(connection: sqlite3.Connection) -> dict[str, tuple[str, float]]:
    """The newest word on each alert."""
    rows = connection.execute(
        "SELECT alert, kind, wall FROM feedback"
        " WHERE id IN (SELECT max(id) FROM feedback GROUP BY alert)"
    )
    return {alert: (kind, wall) for alert, kind, wall in rows.fetchall()}


def _life(name: str, events: list[AlertEvent], said: tuple[str, float] | None) -> Life:
    gravest = max(events, key=lambda event: (LEVELS.index(event.level), event.score))
    last = events[-1]
    return Life(
        id=name,
        kind=last.kind,
        level=gravest.level,
        score=max(event.score for event in events),
        raised=wall_seconds(events[0].time),
        ended=wall_seconds(last.time) if last.phase == "cleared" else None,
        source=last.source,
        why=gravest.why,
        said=said[0] if said else None,
        said_at=said[1] if said else None,
        events=tuple(events),
    )
