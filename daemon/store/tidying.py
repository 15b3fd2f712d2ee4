"""When what is not to be kept goes, and when the log is moved into the database."""

import sqlite3
import time
from collections.abc import Callable

from daemon.store.database import transaction
from daemon.store.disk import Disk
from daemon.store.words import Forgetting

# The log is moved when no alert is open; an alert that stays open for hours must not fill the disk.
CHECKPOINT_ABOVE_BYTES = 2**18
CHECKPOINT_ALWAYS_ABOVE_BYTES = 2**26


class Tidying:
    """Tidies up every so often. The writer asks whether it is time, however busy it is."""

    def __init__(
        self,
        *,
        calm: Callable[[], bool],
        prune: Callable[[sqlite3.Connection], bool],
        every_s: float,
        forgetting: Forgetting | None = None,
    ) -> None:
        """Begin to count the time.

        Args:
            calm: whether no alert is open.
            prune: removes a little of what is too old; true while there is more.
            every_s: how often old rows and the size of the log are looked at.
            forgetting: to be done first, if anything.
        """
        self._calm = calm
        self._prune = prune
        self._every_s = every_s
        self._next = time.monotonic() + every_s
        self._more = False
        self._forgetting = forgetting

    def forget(self, forgetting: Forgetting) -> None:
        """Do this first when nothing else is to be done; safe in any thread."""
        self._forgetting = forgetting

    def wait_s(self) -> float:
        """Seconds until it is time, for a writer that has nothing else to do."""
        soon = self._more or (self._forgetting is not None and self._calm())
        return 0.0 if soon else max(0.0, self._next - time.monotonic())

    def overdue(self) -> bool:
        """Whether it is time, for a writer that has other work."""
        return time.monotonic() >= self._next

    def run(self, connection: sqlite3.Connection, disk: Disk, moved: Callable[[], None]) -> None:
        """Remove a little of what is too old, and have ``disk`` move a log that is long.

        Args:
            connection: the writer's.
            disk: what moves the log.
            moved: called, in another thread, when the log has been moved.
        """
        self._next = time.monotonic() + self._every_s  # also if it fails: alerts must not wait
        self._more = False
        size = disk.log_bytes()
        if not self._calm():
            if size > CHECKPOINT_ALWAYS_ABOVE_BYTES:
                disk.checkpoint(moved)
            return
        forgetting = self._forgetting
        if forgetting is not None:
            if not forgetting.some(connection) and self._forgetting is forgetting:
                self._forgetting = None
            return
        with transaction(connection):
            self._more = self._prune(connection)
        if not self._more and size > CHECKPOINT_ABOVE_BYTES:
            disk.checkpoint(moved)
