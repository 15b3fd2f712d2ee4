"""Alert events as rows."""

import sqlite3
from contextlib import closing

from daemon.store.unreadable import Unreadable
from daemon.wire.alert import AlertEvent
from daemon.wire.base import wall_seconds


def store_event(connection: sqlite3.Connection, event: AlertEvent) -> None:
    """Write ``event``. One that is there already stays: a commit that failed may have happened."""
    connection.execute(
        "INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?)",
        (
            event.seq,
            event.id,
            wall_seconds(event.time),
            event.phase,
            event.source,
            event.model_dump_json(),
        ),
    )


def load_since(
    connection: sqlite3.Connection, seq: int, until: int, limit: int, unreadable: Unreadable
) -> list[AlertEvent]:
    """The first ``limit`` readable events with ``seq`` < number <= ``until``, in order."""
    rows = connection.execute(
        "SELECT seq, CAST(body AS BLOB) FROM event WHERE seq > ? AND seq <= ? ORDER BY seq",
        (seq, until),
    )
    return _readable(rows, limit, unreadable)


def load_open(connection: sqlite3.Connection, unreadable: Unreadable) -> list[AlertEvent]:
    """The last readable event of every alert that was not cleared, in order."""
    rows = connection.execute(
        "SELECT alert FROM event JOIN (SELECT max(seq) AS last FROM event GROUP BY alert)"
        " ON seq = last WHERE phase <> 'cleared' ORDER BY seq"
    )
    found: list[AlertEvent] = []
    for (alert,) in rows.fetchall():
        events = connection.execute(
            "SELECT seq, CAST(body AS BLOB) FROM event WHERE alert = ? ORDER BY seq DESC", (alert,)
        )
        found += _readable(events, 1, unreadable)
    return found


def close_open(connection: sqlite3.Connection) -> int:
    """Close every alert that is still open without an event: none of its rows can be read."""
    return connection.execute(
        "UPDATE event SET phase = 'cleared' WHERE phase <> 'cleared'"
        " AND seq IN (SELECT max(seq) FROM event GROUP BY alert)"
    ).rowcount


def load_alerts(
    connection: sqlite3.Connection, since_wall: float, limit: int, unreadable: Unreadable
) -> list[AlertEvent]:
    """The last event of every alert that had one at or after ``since_wall``, newest first."""
    rows = connection.execute(
        # A demonstration is numbered and replayed, but is no part of anyone's history.
        "SELECT seq, CAST(body AS BLOB) FROM event JOIN (SELECT max(seq) AS last FROM event"
        " WHERE wall >= ? AND source <> 'demo' GROUP BY alert)"
        " ON seq = last ORDER BY seq DESC",
        (since_wall,),
    )
    return _readable(rows, limit, unreadable)


def source_of(connection: sqlite3.Connection, alert: str) -> str | None:
    """Where the sound of ``alert`` came from; None if there is no such alert."""
    row = connection.execute(
        "SELECT source FROM event WHERE alert = ? ORDER BY seq DESC LIMIT 1", (alert,)
    ).fetchone()
    return str(row[0]) if row else None


def load_feedback(
    connection: sqlite3.Connection, since_wall: float, limit: int, unreadable: Unreadable
) -> list[tuple[AlertEvent, str]]:
    """The newest word on each alert since ``since_wall``, with the alert as it was raised."""
    rows = connection.execute(
        "SELECT alert, kind FROM feedback WHERE id IN"
        " (SELECT max(id) FROM feedback WHERE wall >= ? GROUP BY alert) ORDER BY id DESC LIMIT ?",
        (since_wall, limit),
    )
    found: list[tuple[AlertEvent, str]] = []
    for alert, kind in rows.fetchall():
        events = connection.execute(
            "SELECT seq, CAST(body AS BLOB) FROM event WHERE alert = ? ORDER BY seq", (alert,)
        )
        found += [(event, str(kind)) for event in _readable(events, 1, unreadable)]
    return found


def store_feedback(connection: sqlite3.Connection, row: tuple[str, str, float]) -> None:
    """Write what a person said: the alert, ``ack`` or ``false_alarm``, and when."""
    connection.execute("INSERT INTO feedback (alert, kind, wall) VALUES (?, ?, ?)", row)


def remove_feedback(connection: sqlite3.Connection, alert: str) -> int:
    """Remove what people said of ``alert``; how much there was."""
    return connection.execute("DELETE FROM feedback WHERE alert = ?", (alert,)).rowcount


def _readable(rows: sqlite3.Cursor, limit: int, unreadable: Unreadable) -> list[AlertEvent]:
    """The first ``limit`` of ``rows`` that can be read; the others are noted.

    Bodies are read as bytes: text that is no UTF-8 is then one bad row, not the query's end.
    """
    found: list[AlertEvent] = []
    with closing(rows):  # a cursor left open would keep the log from being moved
        for seq, body in rows:
            if len(found) == limit:
                break
            try:
                found.append(AlertEvent.model_validate_json(body))
            except ValueError as error:
                unreadable.note(seq, error)
    return found
