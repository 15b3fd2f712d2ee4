"""An opened store: who writes it, who reads it, and who waits for its disk."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from daemon.errors import StateError, StoreDamaged
from daemon.store.database import FILE, connect, epoch_of, last_seq, open_database, set_aside
from daemon.store.disk import Disk
from daemon.store.trouble import trouble

T = TypeVar("T")


class Store:
    """The connections to one store's file, and the thread that syncs it.

    Attributes:
        connection: the writer's.
        disk: syncs what was written.
        epoch: the identity of the store.
        seq: the highest number that it remembers.
        aside: where the files of a damaged store were moved for this one, if there was one.
    """

    def __init__(
        self, folder: Path, *, busy_s: float, on_change: Callable[[], None], damage: str = ""
    ) -> None:
        """Open the store in ``folder``; one that is damaged is set aside for a new one.

        Args:
            folder: the state folder.
            busy_s: how long a statement waits for another program's lock.
            on_change: called when the disk's state changed.
            damage: why the file is known to be damaged, if it is.

        Raises:
            StoreUnavailable: it cannot be written now.
            StateError: it is too new, or this user may not use it.
        """
        self.aside: Path | None = None
        self.damage = damage
        if damage and (folder / FILE).exists():
            self.aside = set_aside(folder)
        try:
            self.connection = open_database(folder, busy_s=busy_s)
        except StoreDamaged as error:
            self.damage = error.message
            self.aside = set_aside(folder)
            self.connection = open_database(folder, busy_s=busy_s)
        try:
            self.epoch = epoch_of(self.connection)
            self.seq = last_seq(self.connection)
            self._reader = connect(folder / FILE, busy_s=busy_s)
            self.disk = Disk(folder, busy_s=busy_s, on_change=on_change)
        except (sqlite3.Error, OSError, TypeError) as error:
            self.connection.close()
            raise StateError(
                f"The store in {folder} cannot be read ({error}).",
                f"Move {folder / FILE} away to start a new one.",
            ) from error
        self._folder = folder
        self._reading = threading.Lock()

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """What ``query`` finds, beside the writer.

        Raises:
            StateError: the store cannot be read.
        """
        try:
            with self._reading:
                return query(self._reader)
        except (sqlite3.Error, ValueError) as error:
            words = trouble(error, self._folder).words
            raise StateError(f"The store cannot be read: {words}.", "Try again.") from error

    def close(self) -> None:
        """Sync what was written, move the log into the database, and close the file."""
        self.disk.close()
        with self._reading:
            self._reader.close()
        self.connection.close()  # the last one: SQLite moves the log and removes it
