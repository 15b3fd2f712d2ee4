"""Alert events as rows."""

import sqlite3
from contextlib import closing

from daemon.store.unreadable import Unreadable
from daemon.wire.alert import AlertEvent
from daemon.wire.base import wall_seconds

NO_LIMIT = 2**62


def field(row: str, name: str) -> str:
    """SQL for a field of the event in ``row``; NULL where its body is no JSON.

    Such an event is passed over where it is read; it must not end a query over others.
    """
    return f"CASE WHEN json_valid({row}.body) THEN json_extract({row}.body, '$.{name}') END"


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


def load_alert(
    connection: sqlite3.Connection, alert: str, unreadable: Unreadable, limit: int = NO_LIMIT
) -> list[AlertEvent]:
    """The first ``limit`` readable events of ``alert``, in order."""
    rows = connection.execute(
        "SELECT seq, CAST(body AS BLOB) FROM event WHERE alert = ? ORDER BY seq", (alert,)
    )
    return _readable(rows, limit, unreadable)


def first_event(
    connection: sqlite3.Connection, alert: str, unreadable: Unreadable
) -> AlertEvent | None:
    """The first readable event of ``alert``."""
    return next(iter(load_alert(connection, alert, unreadable, 1)), None)


def last_event(
    connection: sqlite3.Connection, alert: str, unreadable: Unreadable
) -> AlertEvent | None:
    """The last event of ``alert``; None where it cannot be read."""
    rows = connection.execute(
        "SELECT seq, CAST(body AS BLOB) FROM event WHERE alert = ? ORDER BY seq DESC LIMIT 1",
        (alert,),
    )
    return next(iter(_readable(rows, 1, unreadable)), None)


def close_open(connection: sqlite3.Connection) -> int:
    """Close every alert that is still open without an event: none of its rows can be read."""
    return connection.execute(
        "UPDATE event SET phase = 'cleared' WHERE phase <> 'cleared'"
        " AND seq IN (SELECT max(seq) FROM event GROUP BY alert)"
    ).rowcount


def source_of(connection: sqlite3.Connection, alert: str) -> str | None:
    """Where the sound of ``alert`` came from; None if there is no such alert."""
    row = connection.execute(
        "SELECT source FROM event WHERE alert = ? ORDER BY seq DESC LIMIT 1", (alert,)
    ).fetchone()
    return str(row[0]) if row else None


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
