"""The store as somebody reads it who is not its writer, while a daemon runs or not."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from daemon.errors import StateError
from daemon.store.archive import Archive
from daemon.store.database import FILE, MIGRATIONS
from daemon.store.trouble import trouble
from daemon.store.unreadable import Unreadable

T = TypeVar("T")

_BUSY_S = 5.0


@contextmanager
def open_archive(folder: Path, *, transcripts: bool = False) -> Iterator[Archive]:
    """The store in the state folder ``folder``. Where there is none, there is nothing in it.

    Raises:
        StateError: it cannot be read.
    """
    path = folder / FILE
    try:
        with closing(_connect(path)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise StateError(
                    f"The store {path} was written by a newer distressd.", "Update distressd."
                )
            if version:
                yield _archive(connection, transcripts=transcripts)
                return
        with closing(_empty()) as nothing:
            yield _archive(nothing, transcripts=transcripts)
    except sqlite3.Error as error:
        words = trouble(error, folder).words
        raise StateError(f"The store {path} cannot be read: {words}.", "Try again.") from error


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        return sqlite3.connect(":memory:")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)


def _empty() -> sqlite3.Connection:
    """A store with nothing in it."""
    connection = sqlite3.connect(":memory:")
    for script in MIGRATIONS:
        connection.executescript(script)
    return connection


def _archive(connection: sqlite3.Connection, *, transcripts: bool) -> Archive:
    def ask(query: Callable[[sqlite3.Connection], T], /) -> T:
        return query(connection)

    return Archive(ask, transcripts=lambda: transcripts, unreadable=Unreadable())
