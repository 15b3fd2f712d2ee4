"""Which alerts there were, each with the newest word of a person on it."""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

from daemon.store.events import NO_LIMIT, field, last_event
from daemon.store.feedback import NEWEST
from daemon.store.unreadable import Unreadable
from daemon.wire.base import Kind, Level, rfc3339
from daemon.wire.history import AlertRecord, Remark, Said

# Each alert by the event that raised it, its last event, and what a person said last of it.
_CHOSEN = (
    "WITH said AS ({newest})"
    " SELECT first.alert, first.seq, first.wall, {why}, said.kind, said.wall"
    " FROM event AS first JOIN event AS last"
    " ON last.seq = (SELECT max(seq) FROM event WHERE alert = first.alert)"
    " LEFT JOIN said ON said.alert = first.alert"
    " WHERE first.phase = 'raised' AND {where} ORDER BY first.seq DESC"
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
        alert: their id is this one; None: any.
    """

    since: float
    until: float
    levels: tuple[Level, ...] = ()
    kinds: tuple[Kind, ...] = ()
    said: str | None = None
    before: int | None = None
    demonstrations: bool = False
    alert: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """One alert.

    Attributes:
        alert: its id.
        first_seq: number of the event that raised it.
        raised: when, seconds since 1970.
        why: the sentence with which it was raised; None where it cannot be read.
        said: the newest word of a person.
        said_at: when.
    """

    alert: str
    first_seq: int
    raised: float
    why: str | None
    said: Said | None
    said_at: float | None


def choose(connection: sqlite3.Connection, wanted: AlertFilter) -> Generator[Chosen, None, None]:
    """The alerts that are ``wanted``, newest first."""
    where, values = _conditions(wanted)
    query = _CHOSEN.format(newest=NEWEST, why=field("first", "why"), where=where)
    with closing(connection.execute(query, values)) as rows:
        for row in rows:
            yield Chosen(*row)


def load_records(
    connection: sqlite3.Connection, wanted: AlertFilter, limit: int, unreadable: Unreadable
) -> list[AlertRecord]:
    """The newest ``limit`` alerts that are ``wanted``, newest first, as they stand."""
    found: list[AlertRecord] = []
    with closing(choose(connection, wanted)) as chosen:
        for one in chosen:
            if len(found) == limit:
                break
            event = last_event(connection, one.alert, unreadable)
            if event is not None:
                found.append(
                    AlertRecord(
                        first_seq=one.first_seq,
                        raised=rfc3339(one.raised),
                        why=event.why if one.why is None else one.why,
                        event=event,
                        remark=_remark(one),
                    )
                )
    return found


def _remark(one: Chosen) -> Remark | None:
    if one.said is None or one.said_at is None:
        return None
    return Remark(said=one.said, time=rfc3339(one.said_at))


def _conditions(wanted: AlertFilter) -> tuple[str, list[object]]:
    where = ["first.wall >= ?", "first.wall < ?", "first.seq < ?"]
    before = NO_LIMIT if wanted.before is None else wanted.before
    values: list[object] = [wanted.since, wanted.until, before]
    for name, allowed in (("level", wanted.levels), ("kind", wanted.kinds)):
        if allowed:
            where.append(f"{field('last', name)} IN ({', '.join('?' * len(allowed))})")
            values += allowed
    if wanted.said == "nothing":
        where.append("said.kind IS NULL")
    elif wanted.said is not None:
        where.append("said.kind = ?")
        values.append(wanted.said)
    if not wanted.demonstrations:
        where.append("first.source <> 'demo'")
    if wanted.alert is not None:
        where.append("first.alert = ?")
        values.append(wanted.alert)
    return " AND ".join(where), values
