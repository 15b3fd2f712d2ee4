"""The store's SQLite file: opening it safely, its tables, and their migrations."""

import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from daemon.errors import StateError, StoreDamaged, StoreUnavailable
from daemon.store.trouble import trouble

logger = logging.getLogger(__name__)

FILE = "journal.sqlite3"
# A complete check reads the whole file; above this size it would delay listening.
CHECK_BELOW_BYTES = 32 * 2**20
CACHE_KIB = 512
LOG_KEPT_BYTES = 2**17

# One entry a version: what brings a store of the version before it up to date. Never edit an
# entry that has shipped; append one.
MIGRATIONS: tuple[str, ...] = (
    """
    -- wal_starts: changed by the write that begins a new write-ahead log (see begin_wal)
    CREATE TABLE identity (epoch TEXT NOT NULL, wal_starts INTEGER NOT NULL);
    INSERT INTO identity VALUES (lower(hex(randomblob(16))), 0);
    -- AUTOINCREMENT remembers the highest number even when every event has been pruned.
    CREATE TABLE event (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        alert TEXT NOT NULL,
        wall REAL NOT NULL,
        phase TEXT NOT NULL,
        source TEXT NOT NULL,
        body TEXT NOT NULL
    );
    CREATE INDEX event_by_alert ON event (alert, seq);
    CREATE INDEX event_by_wall ON event (wall);
    CREATE TABLE feedback (
        id INTEGER PRIMARY KEY,
        alert TEXT NOT NULL,
        kind TEXT NOT NULL,
        wall REAL NOT NULL
    );
    CREATE INDEX feedback_by_wall ON feedback (wall);
    CREATE TABLE minute (
        start INTEGER PRIMARY KEY,
        hops_heard INTEGER NOT NULL,
        hops_open INTEGER NOT NULL,
        level_mean_db REAL NOT NULL,
        level_max_db REAL NOT NULL,
        distress_max REAL NOT NULL,
        infant_max REAL NOT NULL,
        sounds TEXT NOT NULL,
        emotions TEXT NOT NULL
    );
    """,
    """
    -- What waits to be told by a channel; number: the order in which it came.
    CREATE TABLE notice (
        number INTEGER PRIMARY KEY,
        channel TEXT NOT NULL,
        key TEXT NOT NULL,
        since REAL NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (channel, key)
    );
    """,
)


def open_database(folder: Path, *, busy_s: float) -> sqlite3.Connection:
    """The writer's connection to the store in ``folder``, created or migrated as needed.

    Args:
        folder: the state folder.
        busy_s: how long a statement waits for another program's lock.

    Raises:
        StoreUnavailable: it cannot be written now, for a reason that may pass.
        StoreDamaged: the file is damaged. It is left as it is.
        StateError: it is too new, or this user may not use it.
    """
    path = folder / FILE
    try:
        _create_private(path)
    except OSError as error:
        raise _unusable(path, error) from error
    connection: sqlite3.Connection | None = None
    ready = False
    try:
        connection = connect(path, busy_s=busy_s)
        _prepare(connection, path)
        begin_wal(connection)
        ready = True
    except (sqlite3.Error, OSError) as error:
        raise _unusable(path, error) from error
    finally:
        if connection is not None and not ready:
            connection.close()
    return connection


def connect(path: Path, *, busy_s: float) -> sqlite3.Connection:
    """A connection with explicit transactions, for one thread at a time."""
    connection = sqlite3.connect(
        path, timeout=busy_s, isolation_level=None, check_same_thread=False
    )
    # A commit then reaches the page cache, which outlives a killed process, without waiting for
    # the disk; what must outlive a power failure is synced right after (see daemon.store.disk).
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    # A log that was moved is cut to this by the write that begins the next one (see begin_wal), so
    # that its size says how much is to be moved; what stays is written over without allocation.
    connection.execute(f"PRAGMA journal_size_limit = {LOG_KEPT_BYTES}")
    # What is deleted is gone, words above all.
    connection.execute("PRAGMA secure_delete = ON")
    # Few pages are read twice, and those that were written would fill the default of 2 MB.
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything within happens, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def begin_wal(connection: sqlite3.Connection) -> None:
    """Make the write that waits for the disk now, so that no alert has to make it.

    The first commit after the write-ahead log was created or reset syncs the log's header, even
    with synchronous = NORMAL. The others do not touch the disk.
    """
    connection.execute("UPDATE identity SET wal_starts = wal_starts + 1")


def epoch_of(connection: sqlite3.Connection) -> str:
    """The identity of this store."""
    (epoch,) = connection.execute("SELECT epoch FROM identity").fetchone()
    return str(epoch)


def last_seq(connection: sqlite3.Connection) -> int:
    """The highest number ever given to a stored event."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
    return int(row[0]) if row else 0


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise StateError(
            f"The store {path} was written by a newer distressd (version {version}).",
            "Update distressd, or name another state folder in DISTRESSD_STATE.",
        )
    (journal,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if journal != "wal":
        raise StateError(
            f"The store {path} is on a file system where SQLite's WAL does not work.",
            "Name a state folder on a local disk in DISTRESSD_STATE.",
        )
    if version and path.stat().st_size < CHECK_BELOW_BYTES:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise _damaged(path, str(verdict))
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
        if version:
            logger.info("The store %s is now of version %d", path, number)


def _create_private(path: Path) -> None:
    """SQLite gives its side files the mode of the main file.

    Only a file that is not there yet is opened here: closing any descriptor of a database file
    drops every lock that SQLite holds on it in this process.
    """
    if path.exists():
        path.chmod(0o600)
    else:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def set_aside(folder: Path) -> Path:
    """Move every file of the damaged store in ``folder`` into a folder of its own.

    Returns:
        That folder. Nothing is deleted: sqlite3's ``.recover`` can often still read the alerts.

    Raises:
        StoreUnavailable: the file system does not take it now.
        StateError: this user may not.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        aside = Path(tempfile.mkdtemp(prefix=f"damaged-{stamp}-", dir=folder))
        for suffix in ("", "-wal", "-shm"):  # the main file first: without it there is no store
            path = folder / f"{FILE}{suffix}"
            if path.exists():
                path.rename(aside / path.name)
    except OSError as error:
        raise _unusable(folder / FILE, error) from error
    logger.error(
        "The damaged store is set aside in %s, and a new one is begun; sqlite3's .recover can often"
        " still read the alerts in it",
        aside,
    )
    return aside


def _unusable(path: Path, error: Exception) -> StateError:
    if path.is_dir():
        return StateError(f"The store {path} is a folder.", "Move it away.")
    found = trouble(error, path.parent)
    if found.cause == "damaged":
        return _damaged(path, str(error))
    kind = StoreUnavailable if found.passing else StateError
    return kind(f"The store {path} cannot be opened: {found.words}.", found.remedy)


def _damaged(path: Path, verdict: str) -> StoreDamaged:
    return StoreDamaged(f"The store {path} is damaged ({' '.join(verdict.split())}).")
