"""The store as somebody reads it who is not its writer, while a daemon runs or not."""

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from daemon.errors import StateError
from daemon.store.archive import load_story
from daemon.store.database import FILE, MIGRATIONS
from daemon.store.lives import Life, load_lives
from daemon.store.minute import Minute, load_minutes
from daemon.store.trouble import trouble
from daemon.store.unreadable import Unreadable
from daemon.wire.alert import AlertEvent
from daemon.wire.history import Remark

_BUSY_S = 5.0
_EVERY = 2**62


class Archive:
    """Reads; nothing is ever written. Where there is no store, there is nothing in it.

    Args:
        connection: to the store; None where there is none.
        transcripts: whether words may be shown that were kept.
    """

    def __init__(self, connection: sqlite3.Connection | None, *, transcripts: bool) -> None:
        self._connection = connection
        self._transcripts = transcripts
        self._unreadable = Unreadable()

    def lives(self, since: float, until: float = math.inf) -> list[Life]:
        """Alerts that began from ``since`` to before ``until`` (wall time), oldest first."""
        if self._connection is None:
            return []
        return load_lives(self._connection, since, until, self._unreadable)

    def life(self, alert: str) -> Life | None:
        """The alert whose id begins with ``alert``; None where there is none, or several."""
        if self._connection is None or not alert:
            return None
        rows = self._connection.execute(
            "SELECT DISTINCT alert FROM event WHERE substr(alert, 1, ?) = ? LIMIT 2",
            (len(alert), alert),
        ).fetchall()
        if len(rows) != 1:
            return None
        found = load_lives(self._connection, 0.0, 0.0, self._unreadable, alert=rows[0][0])
        return found[0] if found else None

    def story(self, alert: str) -> tuple[list[AlertEvent], list[Remark]]:
        """The events of ``alert``, and everything that people said of it."""
        if self._connection is None:
            return [], []
        events, remarks = load_story(self._connection, alert, self._unreadable)
        return [self._shown(event) for event in events], remarks

    def minutes(self, since: float, until: float = math.inf) -> list[Minute]:
        """The minutes that began from ``since`` to before ``until``, oldest first."""
        if self._connection is None:
            return []
        found = load_minutes(self._connection, since, _EVERY)
        return [minute for minute in found if minute.start < until]

    def _shown(self, event: AlertEvent) -> AlertEvent:
        if self._transcripts:
            return event
        return event.model_copy(update={"transcript": None, "explanation": None})


@contextmanager
def open_archive(folder: Path, *, transcripts: bool = False) -> Iterator[Archive]:
    """The store in the state folder ``folder``.

    Raises:
        StateError: it cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        yield Archive(None, transcripts=transcripts)
        return
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)
        ) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise StateError(
                    f"The store {path} was written by a newer distressd.", "Update distressd."
                )
            yield Archive(connection if version else None, transcripts=transcripts)
    except sqlite3.Error as error:
        words = trouble(error, folder).words
        raise StateError(f"The store {path} cannot be read: {words}.", "Try again.") from error
