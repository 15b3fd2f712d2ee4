"""How each hour was: alerts by level, and what the minutes of the hour add up to."""

import sqlite3
from typing import Any

from daemon.store.events import field
from daemon.wire.base import LEVELS, Level, rfc3339
from daemon.wire.history import Hour

HOUR_S = 3_600
HOPS_PER_S = 100

_MINUTES = (
    "SELECT CAST((start - ?) / ? AS INTEGER) AS hour, sum(hops_heard), sum(hops_open),"
    " max(level_max_db), max(distress_max) FROM minute WHERE start >= ? AND start < ?"
    " GROUP BY hour"
)
_ALERTS = (
    "SELECT CAST((first.wall - ?) / ? AS INTEGER) AS hour, {level} AS level,"
    " count(*) FROM event AS first JOIN event AS last"
    " ON last.seq = (SELECT max(seq) FROM event WHERE alert = first.alert)"
    " WHERE first.wall >= ? AND first.wall < ? AND first.phase = 'raised'"
    " AND first.source <> 'demo' GROUP BY hour, level"
)


def load_hours(connection: sqlite3.Connection, since: float, until: float) -> list[Hour]:
    """The hours from ``since`` to before ``until`` of which anything is kept, oldest first."""
    span = (since, HOUR_S, since, until)
    hours: dict[int, dict[str, Any]] = {
        number: {
            "heard_s": heard / HOPS_PER_S,
            "open_s": opened / HOPS_PER_S,
            "level_max_db": level,
            "distress_max": distress,
        }
        for number, heard, opened, level, distress in connection.execute(_MINUTES, span).fetchall()
    }
    alerts: dict[int, dict[Level, int]] = {}
    query = _ALERTS.format(level=field("last", "level"))
    for number, level, count in connection.execute(query, span).fetchall():
        if level in LEVELS:
            alerts.setdefault(number, {})[level] = count
    nothing = {"heard_s": 0.0, "open_s": 0.0, "level_max_db": None, "distress_max": None}
    return [
        Hour(
            start=rfc3339(since + number * HOUR_S),
            alerts=alerts.get(number, {}),
            **hours.get(number, nothing),
        )
        for number in sorted(hours.keys() | alerts.keys())
    ]
