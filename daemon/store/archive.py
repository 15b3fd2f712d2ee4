"""What the store says of the past, for who looks back."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from daemon.store.unreadable import Unreadable
from daemon.wire.alert import AlertEvent
from daemon.wire.base import LEVELS, Kind, Level, rfc3339
from daemon.wire.history import AlertRecord, Hour, Remark, Said

HOUR_S = 3_600
HOPS_PER_S = 100
MOST_EVENTS = 500
_NEWEST = 2**62

# A body that is no JSON is passed over where its event is read; here it must not end the query.
_FIELD = "CASE WHEN json_valid({0}.body) THEN json_extract({0}.body, '$.{1}') END"
# Each alert by the event that raised it, its last event, and what a person said last of it.
_RECORDS = (
    "WITH said AS (SELECT alert, kind, wall FROM feedback"
    " WHERE id IN (SELECT max(id) FROM feedback GROUP BY alert))"
    " SELECT first.seq, first.wall, {why}, last.seq,"
    " CAST(last.body AS BLOB), said.kind, said.wall"
    " FROM event AS first JOIN event AS last"
    " ON last.seq = (SELECT max(seq) FROM event WHERE alert = first.alert)"
    " LEFT JOIN said ON said.alert = first.alert WHERE {where} ORDER BY first.seq DESC"
)
_ALERTS_BY_HOUR = (
    "SELECT CAST((first.wall - ?) / ? AS INTEGER) AS hour, {level} AS level, count(*)"
    " FROM event AS first JOIN event AS last"
    " ON last.seq = (SELECT max(seq) FROM event WHERE alert = first.alert)"
    " WHERE first.wall >= ? AND first.wall < ? AND first.phase = 'raised'"
    " AND first.source <> 'demo' GROUP BY hour, level"
)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts: those raised from ``since`` to before ``until`` (seconds since 1970).

    Attributes:
        levels: their last level is one of these; none: any.
        kinds: their kind is one of these; none: any.
        said: what a person said last of it, ``nothing``, or None for anything.
        before: their first event has a lower number.
        demonstrations: whether these are alerts, too.
    """

    since: float
    until: float
    levels: tuple[Level, ...] = ()
    kinds: tuple[Kind, ...] = ()
    said: str | None = None
    before: int | None = None
    demonstrations: bool = False


def load_records(
    connection: sqlite3.Connection, wanted: AlertFilter, limit: int, unreadable: Unreadable
) -> list[AlertRecord]:
    """The newest ``limit`` alerts that are ``wanted``, newest first."""
    where, values = _conditions(wanted)
    rows = connection.execute(
        _RECORDS.format(why=_FIELD.format("first", "why"), where=where), values
    )
    found: list[AlertRecord] = []
    with closing(rows):
        for first_seq, raised, why, seq, body, said, said_wall in rows:
            if len(found) == limit:
                break
            try:
                event = AlertEvent.model_validate_json(body)
            except ValueError as error:
                unreadable.note(seq, error)
                continue
            remark = None if said is None else _remark(said, said_wall)
            found.append(
                AlertRecord(
                    first_seq=first_seq,
                    raised=rfc3339(raised),
                    why=event.why if why is None else why,
                    event=event,
                    remark=remark,
                )
            )
    return found


def load_story(
    connection: sqlite3.Connection, alert: str, unreadable: Unreadable
) -> tuple[list[AlertEvent], list[Remark]]:
    """The first events of ``alert``, and everything that people said of it, both oldest first."""
    events: list[AlertEvent] = []
    for seq, body in connection.execute(
        "SELECT seq, CAST(body AS BLOB) FROM event WHERE alert = ? ORDER BY seq LIMIT ?",
        (alert, MOST_EVENTS),
    ).fetchall():
        try:
            events.append(AlertEvent.model_validate_json(body))
        except ValueError as error:
            unreadable.note(seq, error)
    remarks = connection.execute(
        "SELECT kind, wall FROM feedback WHERE alert = ? ORDER BY id LIMIT ?", (alert, MOST_EVENTS)
    )
    return events, [_remark(*row) for row in remarks.fetchall()]


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
        for number, heard, opened, level, distress in connection.execute(
            "SELECT CAST((start - ?) / ? AS INTEGER) AS hour, sum(hops_heard), sum(hops_open),"
            " max(level_max_db), max(distress_max) FROM minute WHERE start >= ? AND start < ?"
            " GROUP BY hour",
            span,
        ).fetchall()
    }
    alerts: dict[int, dict[Level, int]] = {}
    query = _ALERTS_BY_HOUR.format(level=_FIELD.format("last", "level"))
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


def _conditions(wanted: AlertFilter) -> tuple[str, list[object]]:
    where = ["first.phase = 'raised'", "first.wall >= ?", "first.wall < ?", "first.seq < ?"]
    before = _NEWEST if wanted.before is None else wanted.before
    values: list[object] = [wanted.since, wanted.until, before]
    for field, allowed in (("level", wanted.levels), ("kind", wanted.kinds)):
        if allowed:
            where.append(f"{_FIELD.format('last', field)} IN ({', '.join('?' * len(allowed))})")
            values += allowed
    if wanted.said == "nothing":
        where.append("said.kind IS NULL")
    elif wanted.said is not None:
        where.append("said.kind = ?")
        values.append(wanted.said)
    if not wanted.demonstrations:
        where.append("first.source <> 'demo'")
    return " AND ".join(where), values


def _remark(said: Said, wall: float) -> Remark:
    return Remark(said=said, time=rfc3339(wall))
