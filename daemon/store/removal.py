"""What is to be forgotten goes, so that nothing in the state folder says that it was."""

import json
import shutil
import sqlite3
from pathlib import Path

from daemon.store.database import begin_wal

AT_ONCE = 500  # rows: an alert that comes meanwhile waits for no more
MINUTE_S = 60.0
REBUILD_ATTEMPTS = 20

_ALERTS = "SELECT DISTINCT alert FROM event WHERE wall >= ? AND wall < ?"
_SPAN = "SELECT min(wall), max(wall) FROM event WHERE alert IN (SELECT value FROM json_each(?))"
_EVENTS = (
    "DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE alert IN"
    " (SELECT value FROM json_each(?)) LIMIT ?)"
)
_MINUTES = (
    "DELETE FROM minute WHERE start IN"
    " (SELECT start FROM minute WHERE start > ? AND start < ? LIMIT ?)"
)
_FEEDBACK = (
    "DELETE FROM feedback WHERE id IN (SELECT id FROM feedback WHERE"
    " (wall >= ? AND wall < ?) OR alert NOT IN (SELECT alert FROM event) LIMIT ?)"
)
# What waits to be told in that span, or tells of one of these alerts.
_NOTICES = (
    "DELETE FROM notice WHERE number IN (SELECT number FROM notice WHERE (since >= ? AND since < ?)"
    " OR CASE WHEN json_valid(body) THEN EXISTS (SELECT 1 FROM json_each(body, '$.alerts') AS told"
    " WHERE told.value IN (SELECT value FROM json_each(?))) ELSE 1 END LIMIT ?)"
)


class Removal:
    """Deletes the rows of a span, a little at a time.

    An alert of which anything lies in the span goes whole, and so do its minutes: what is left of
    it would still say that it happened.

    Args:
        since: wall time, seconds since 1970.
        until: the same; not included.

    Attributes:
        alerts: those that go, once their first rows have gone.
    """

    def __init__(self, since: float, until: float) -> None:
        self._since = since
        self._until = until
        self._minutes = since, until
        self._alerts: str | None = None
        self.alerts: frozenset[str] = frozenset()
        self._left: list[str] = [_NOTICES, _EVENTS, _MINUTES, _FEEDBACK]

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return not self._left

    def some(self, connection: sqlite3.Connection) -> None:
        """Delete the next rows, in the transaction of whoever calls."""
        if self._alerts is None:
            rows = connection.execute(_ALERTS, (self._since, self._until))
            found = [alert for (alert,) in rows.fetchall()]
            self._alerts, self.alerts = json.dumps(found), frozenset(found)
            began, ended = connection.execute(_SPAN, (self._alerts,)).fetchone()
            if began is not None:
                self._minutes = min(self._since, began), max(self._until, ended)
        statement = self._left[0]
        words: tuple[object, ...] = (self._since, self._until, AT_ONCE)
        if statement is _EVENTS:
            words = (self._alerts, AT_ONCE)
        elif statement is _NOTICES:
            words = (self._since, self._until, self._alerts, AT_ONCE)
        elif statement is _MINUTES:
            words = (self._minutes[0] - MINUTE_S, self._minutes[1], AT_ONCE)
        if connection.execute(statement, words).rowcount < AT_ONCE:
            self._left.pop(0)


def rebuild(connection: sqlite3.Connection) -> None:
    """Write the store anew without what was deleted, and empty its log, which may still have it.

    Raises:
        sqlite3.OperationalError: somebody has been reading all the time.
    """
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("VACUUM")
    for _ in range(REBUILD_ATTEMPTS):  # each waits as long as a statement waits for a lock
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            begin_wal(connection)
            return
    raise sqlite3.OperationalError("somebody reads the store all the time")


def remove_damaged(folder: Path) -> None:
    """Remove the stores that were set aside: nobody knows what can still be read in them."""
    for aside in folder.glob("damaged-*"):
        if aside.is_dir() and not aside.is_symlink():
            shutil.rmtree(aside)
