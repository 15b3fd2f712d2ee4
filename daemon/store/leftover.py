"""What a crash left open is cleared at the next start."""

import logging
import sqlite3

from daemon.store.database import transaction
from daemon.store.events import close_open, store_event
from daemon.wire.alert import AlertEvent, LatencyMs
from daemon.wire.base import rfc3339

logger = logging.getLogger(__name__)

WHY = "The daemon stopped while this alert was open, so it was cleared at the next start."


def clear(
    connection: sqlite3.Connection, left_open: list[AlertEvent], first: int, wall: float
) -> None:
    """Clear the alerts of these last events, as events from the number ``first`` on."""
    cleared = []
    for number, event in enumerate(left_open, start=first):
        ending = {
            "seq": number,
            "time": rfc3339(wall),
            "phase": "cleared",
            "reason": "restart",
            "why": WHY,
            "transcript": None,
            "explanation": None,
            "latency_ms": LatencyMs(),
        }
        cleared.append(event.model_copy(update=ending))
    with transaction(connection):
        for event in cleared:
            store_event(connection, event)
        lost = close_open(connection)
    if lost:
        logger.error("Store: %d open alerts cannot be read; they are closed without an event", lost)
