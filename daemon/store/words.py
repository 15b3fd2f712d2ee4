"""Words that were stored while they were allowed go when they are not."""

import logging
import sqlite3

from daemon.store.database import begin_wal, transaction

logger = logging.getLogger(__name__)

AT_ONCE = 500  # events: an alert that comes meanwhile waits for no more

# What can be no JSON cannot be shown, either, and is not searched.
_FORGET = (
    "UPDATE event SET body ="
    " json_set(body, '$.transcript', json('null'), '$.explanation', json('null'))"
    " WHERE seq > ? AND seq <= ? AND CASE WHEN json_valid(body) THEN"
    " coalesce(json_extract(body, '$.transcript'), json_extract(body, '$.explanation'))"
    " END IS NOT NULL"
)


class Forgetting:
    """Takes what was said out of stored events, a little at a time.

    The store overwrites what it deletes (``secure_delete``), and the log, where it would still
    be found, is emptied at the end.
    """

    def __init__(self) -> None:
        self._after = 0
        self._found = 0
        self.done = False

    def some(self, connection: sqlite3.Connection) -> bool:
        """Look at the next events; true while there are more."""
        (until,) = connection.execute(
            "SELECT max(seq) FROM (SELECT seq FROM event WHERE seq > ? ORDER BY seq LIMIT ?)",
            (self._after, AT_ONCE),
        ).fetchone()
        if until is not None:
            with transaction(connection):
                changed = connection.execute(_FORGET, (self._after, until)).rowcount
            self._found += changed
            self._after = until
            return True
        self.done = not self._found or self._emptied(connection)
        if self.done and self._found:
            logger.info(
                "Store: [privacy] transcripts is off; what was said was taken out of %d events",
                self._found,
            )
        return not self.done

    @staticmethod
    def _emptied(connection: sqlite3.Connection) -> bool:
        """Empty the log; false while somebody reads."""
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        begin_wal(connection)
        return not busy
