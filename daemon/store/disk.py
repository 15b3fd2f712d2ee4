"""The thread that waits for the disk, so that no alert does."""

import contextlib
import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from daemon.store.database import FILE, connect
from daemon.store.trouble import Trouble, trouble

logger = logging.getLogger(__name__)


class Disk:
    """Syncs the write-ahead log when asked, and moves it into the database when asked.

    Both take as long as the disk takes. Neither stops the writer: a passive checkpoint of another
    connection takes no lock that a commit needs, and the log is synced through a descriptor of
    its own, on which SQLite holds no locks.

    Attributes:
        error: why the last sync or checkpoint failed, if it did.
    """

    def __init__(self, folder: Path, *, busy_s: float, on_change: Callable[[], None]) -> None:
        """Open the log of the store in ``folder``, whose writer is connected already.

        Args:
            folder: the state folder.
            busy_s: how long a statement waits for another program's lock.
            on_change: called when ``error`` changed.
        """
        self.error: Trouble | None = None
        self._path = folder / f"{FILE}-wal"
        self._on_change = on_change
        self._log = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        self._connection = connect(folder / FILE, busy_s=busy_s)
        self._asked = threading.Condition()
        self._sync = False
        self._checkpoint: Callable[[], None] | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="store-disk", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether anybody waits for the disk."""
        return self._thread.is_alive()

    def sync(self) -> None:
        """Sync what has been committed, soon. Requests that wait are served by one sync."""
        with self._asked:
            self._sync = True
            self._asked.notify()

    def checkpoint(self, done: Callable[[], None]) -> None:
        """Move the log into the database, soon; ``done`` is called afterwards in this thread."""
        with self._asked:
            self._checkpoint = done
            self._asked.notify()

    def log_bytes(self) -> int:
        """Size of the write-ahead log."""
        return os.fstat(self._log).st_size

    def close(self) -> None:
        """Serve what was asked for, then end."""
        with self._asked:
            self._stopping = True
            self._asked.notify()
        self._thread.join()
        self._connection.close()
        os.close(self._log)

    def _run(self) -> None:
        while True:
            with self._asked:
                self._asked.wait_for(lambda: self._sync or self._checkpoint or self._stopping)
                sync, self._sync = self._sync, False
                checkpoint, self._checkpoint = self._checkpoint, None
            if not sync and checkpoint is None:
                return  # stopping, and nothing is left to do
            try:
                if sync:
                    self._attempt(self._flush)
                if checkpoint is not None:
                    self._attempt(self._move)
                    checkpoint()
            except Exception:  # whatever it is: the next alert wants this thread
                logger.exception("Store: the disk's thread failed; it goes on with what comes next")

    def _attempt(self, work: Callable[[], None]) -> None:
        error = None
        try:
            work()
        except (OSError, sqlite3.Error) as failure:
            error = trouble(failure, self._path.parent)
        if error != self.error:
            if error is not None:
                logger.error(
                    "Store: %s cannot be synced: %s; a power failure may lose alerts until it can",
                    self._path.name,
                    error.words,
                )
            self.error = error
            self._on_change()

    def _flush(self) -> None:
        sync_through(self._log)

    def _move(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def sync_through(descriptor: int) -> None:
    """Wait until what was written there outlives a power failure.

    Raises:
        OSError: it cannot be written.
    """
    full = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync alone stops at the drive's cache
    if full is not None:
        with contextlib.suppress(OSError):  # not on every file system; then fsync is all there is
            fcntl.fcntl(descriptor, full)
            return
    os.fsync(descriptor)
