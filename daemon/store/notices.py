"""Notices that wait for a channel, as rows, so that they outlive the daemon."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """One notice that waits.

    Attributes:
        channel: for which channel.
        key: its own among those of its channel.
        since: since when it waits, wall time.
        body: JSON; ``alerts`` in it are those of which it tells. No words that were said.
    """

    channel: str
    key: str
    since: float
    body: str


def change_notices(
    connection: sqlite3.Connection,
    added: Iterable[StoredNotice],
    gone: Iterable[tuple[str, str]],
) -> None:
    """Keep ``added``, in place of those of the same channel and key; ``gone`` wait no more."""
    connection.executemany("DELETE FROM notice WHERE channel = ? AND key = ?", gone)
    connection.executemany(
        "INSERT OR REPLACE INTO notice (channel, key, since, body) VALUES (?, ?, ?, ?)",
        [(one.channel, one.key, one.since, one.body) for one in added],
    )


def load_notices(connection: sqlite3.Connection) -> list[StoredNotice]:
    """Everything that waits, in the order in which it was kept."""
    rows = connection.execute("SELECT channel, key, since, body FROM notice ORDER BY number")
    return [
        StoredNotice(str(channel), str(key), float(since), str(body))
        for channel, key, since, body in rows
    ]
