"""What people said of alerts, as rows."""

import sqlite3

from daemon.store.events import first_event
from daemon.store.unreadable import Unreadable
from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339
from daemon.wire.history import Remark

# The newest word on each alert: a later one takes the place of an earlier one.
NEWEST = (
    "SELECT alert, kind, wall FROM feedback"
    " WHERE id IN (SELECT max(id) FROM feedback GROUP BY alert)"
)


def store_feedback(connection: sqlite3.Connection, row: tuple[str, str, float]) -> None:
    """Write what a person said: the alert, ``ack`` or ``false_alarm``, and when."""
    connection.execute("INSERT INTO feedback (alert, kind, wall) VALUES (?, ?, ?)", row)


def remove_feedback(connection: sqlite3.Connection, alert: str) -> int:
    """Remove what people said of ``alert``; how much there was."""
    return connection.execute("DELETE FROM feedback WHERE alert = ?", (alert,)).rowcount


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
        event = first_event(connection, alert, unreadable)
        if event is not None:
            found.append((event, str(kind)))
    return found


def load_remarks(connection: sqlite3.Connection, alert: str, limit: int) -> list[Remark]:
    """The first ``limit`` words on ``alert``, oldest first."""
    rows = connection.execute(
        "SELECT kind, wall FROM feedback WHERE alert = ? ORDER BY id LIMIT ?", (alert, limit)
    )
    return [Remark(said=kind, time=rfc3339(wall)) for kind, wall in rows.fetchall()]
