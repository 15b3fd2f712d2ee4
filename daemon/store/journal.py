"""The store: every alert event, numbered, written before it is sent, and found again."""

import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from daemon.closing import Closing
from daemon.errors import StateError, StoreUnavailable
from daemon.health import Health
from daemon.store.archive import Archive, without_words
from daemon.store.database import FILE
from daemon.store.errands import Errands, FeedbackKind
from daemon.store.events import NO_LIMIT, load_open, load_since, source_of
from daemon.store.leftover import clear
from daemon.store.minute import Minute
from daemon.store.notices import StoredNotice, change_notices
from daemon.store.retention import Retention
from daemon.store.store import Store
from daemon.store.tidying import Tidying
from daemon.store.trouble import Trouble, trouble
from daemon.store.unreadable import Unreadable
from daemon.store.watermark import Watermark
from daemon.store.words import Forgetting
from daemon.store.writer import MAX_PENDING, StoreFigures, Writer
from daemon.wire.alert import AlertEvent, LatencyMs

logger = logging.getLogger(__name__)

Clock = Callable[[], float]
T = TypeVar("T")

# An alert waits so long for its commit, then goes out with durable: false.
COMMIT_PATIENCE_S = 0.020
# SQLite itself waits so long for another program's lock before the write counts as failed.
BUSY_S = 0.25
TIDY_EVERY_S = 60.0


class Journal(Closing):
    """Alert events in the order of their numbers, on disk or on their way to it.

    One thread appends; any thread may read. A number is given once, for the life of the store.

    Attributes:
        epoch: the identity of this store.
        archive: what is stored of the past.
    """

    def __init__(
        self,
        folder: Path,
        mark: Watermark,
        *,
        health: Health,
        transcripts: bool,
        retention: Retention,
        clock: Clock,
        commit_patience_s: float,
        busy_s: float,
        tidy_every_s: float,
        max_pending: int,
    ) -> None:
        """Use :meth:`open`."""
        self.epoch = mark.epoch or secrets.token_hex(16)
        self._folder = folder
        self._mark = mark
        self._unreadable = Unreadable()
        self._given = 0
        self._seq = 0  # of the last event that went out
        self._transcripts = transcripts
        self._clock = clock
        self._commit_patience_s = commit_patience_s
        self._busy_s = busy_s
        self._lock = threading.Lock()
        self._open: dict[str, AlertEvent] = {}
        self._closed = False
        self._tidying = Tidying(
            calm=lambda: not self._open,
            prune=retention.prune,
            every_s=tidy_every_s,
            forgetting=None if transcripts else Forgetting(),
        )
        self._writer = Writer(
            self._open_store,
            folder,
            health=health,
            tidying=self._tidying,
            max_pending=max_pending,
        )
        self._errands = Errands(self._writer, folder)
        self.archive = Archive(
            self._read, transcripts=lambda: self._transcripts, unreadable=self._unreadable
        )

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        health: Health,
        transcripts: bool = False,
        retention_days: int = 90,
        max_mb: int = 512,
        clock: Clock = time.time,
        commit_patience_s: float = COMMIT_PATIENCE_S,
        busy_s: float = BUSY_S,
        tidy_every_s: float = TIDY_EVERY_S,
        max_pending: int = MAX_PENDING,
    ) -> "Journal":
        """Open the store in ``folder``, which must be this process's alone.

        Alerts that a crash left open are cleared with reason ``restart``, as events like others.
        A damaged store is set aside, and a new one begun. One that cannot be written for now (a
        full disk, a read-only file system) is opened when it can be: until then alerts go out
        with ``durable`` false and wait in memory, and their numbers go on at the seconds since
        1970, because nobody knows for certain which numbers the store has given.

        Args:
            folder: the state folder.
            health: where the part ``store`` is reported.
            transcripts: false: no words leave, and none are kept; those that were kept while it
                was true are taken out soon, and are not shown until then.
            retention_days: how long anything is kept (see :mod:`daemon.store.retention`).
            max_mb: megabytes that the store may hold; beyond, the oldest goes.
            clock: wall time, seconds since 1970.
            commit_patience_s: how long an event waits for its commit before it goes out.
            busy_s: how long a write waits for another program's lock before it has failed.
            tidy_every_s: how often old rows and the log are looked at.
            max_pending: how many events may wait in memory for a store that cannot be written.

        Raises:
            StateError: the store is too new, or this user may not use it.
        """
        journal = cls(
            folder,
            Watermark(folder),
            health=health,
            transcripts=transcripts,
            retention=Retention(retention_days, max_mb * 10**6, clock=clock),
            clock=clock,
            commit_patience_s=commit_patience_s,
            busy_s=busy_s,
            tidy_every_s=tidy_every_s,
            max_pending=max_pending,
        )
        started = False
        try:
            journal._start()
            started = True
        finally:
            if not started:
                journal._mark.close()
        return journal

    def _start(self) -> None:
        store: Store | None = None
        absent: Trouble | None = None
        try:
            store = self._open_store()
        except StoreUnavailable as error:
            absent = trouble(error.__cause__ or error, self._folder)
            self._given = int(self._clock())
            logger.error(  # noqa: TRY400 - one line says it all
                "%s %s Until then alerts go out as ever, but are kept in memory only",
                error.message,
                error.remedy,
            )
        self._seq = self._given
        self._writer.start(store, absent)

    def _open_store(self, damage: str = "") -> Store:
        """Open the store, at the start or in the writer's thread, and go on from its numbers."""
        store = Store(
            self._folder, busy_s=self._busy_s, on_change=self._writer.report, damage=damage
        )
        opened = False
        try:
            given = self._mark.begin(store.epoch, store.seq)
            left_open = load_open(store.connection, self._unreadable)
            with self._lock:  # for the numbers only: an alert may come at any moment
                self.epoch = store.epoch
                first = max(self._given, given) + 1
                self._given = first + len(left_open) - 1
            clear(store.connection, left_open, first, self._clock())
            opened = True
        except (sqlite3.Error, OSError, ValueError) as error:
            found = trouble(error, self._folder)
            kind = StoreUnavailable if found.passing else StateError
            raise kind(
                f"The store in {self._folder} cannot be read: {found.words}.",
                f"{found.remedy} Or move {self._folder / FILE} away to start a new one.",
            ) from error
        finally:
            if not opened:
                store.close()
        return store

    def reconfigure(self, *, transcripts: bool) -> None:
        """Keep and show words from now on, or do neither and take out those that were kept."""
        with self._lock:
            if transcripts == self._transcripts:
                return
            self._transcripts = transcripts
            self._open = {alert: self._shown(event) for alert, event in self._open.items()}
        if not transcripts:
            self._tidying.forget(Forgetting())
            self._writer.wake()

    @property
    def seq(self) -> int:
        """The number of the last event that was returned to be sent."""
        return self._seq

    def append(self, event: AlertEvent) -> AlertEvent:
        """Number ``event`` and write it.

        Waits for the commit, which waits for no disk, for at most ``commit_patience_s``. After
        that, or if the write failed, the event is returned with ``durable`` false; it is kept in
        memory and written when that is possible.

        Returns:
            The event as it is to be sent: ``seq``, ``durable``, ``latency_ms.store`` are set.

        Raises:
            StateError: the journal is closed.
        """
        began = time.perf_counter()
        with self._lock:
            if self._closed:
                raise StateError("The store is closed; an alert came after the daemon's stop.")
            numbered: dict[str, object] = {"seq": self._given + 1, "durable": True}
            event = self._shown(event.model_copy(update=numbered))
            self._given = event.seq
            self._writer.put(event)
        durable = self._writer.wait(event.seq, self._commit_patience_s)
        took_ms = (time.perf_counter() - began) * 1e3
        latency: LatencyMs = event.latency_ms.model_copy(update={"store": took_ms})
        event = event.model_copy(update={"durable": durable, "latency_ms": latency})
        self._mark.keep(event.seq, stored=durable)
        with self._lock:
            self._seq = event.seq
            if event.phase == "cleared":
                self._open.pop(event.id, None)
            else:
                self._open[event.id] = event
        return event

    def since(
        self, seq: int, *, until: int | None = None, limit: int | None = None
    ) -> list[AlertEvent]:
        """Events with a number above ``seq``, in order, those included that still wait in memory.

        Args:
            seq: the last number that is known already.
            until: the last number wanted.
            limit: the first so many.

        Raises:
            StateError: the store cannot be read.
        """
        last = NO_LIMIT if until is None else until
        most = NO_LIMIT if limit is None else limit
        # In this order: an event that is written in between is in both, never in neither.
        waiting = {
            event.seq: self._shown(event.model_copy(update={"durable": False}))
            for event in self._writer.pending()
            if seq < event.seq <= last
        }
        stored = self._read(
            lambda connection: load_since(connection, seq, last, most, self._unreadable)
        )
        found = waiting | {event.seq: self._shown(event) for event in stored}
        return [found[number] for number in sorted(found)][:most]

    def standing(self) -> tuple[int, list[AlertEvent]]:
        """:attr:`seq`, and the last event of every alert that is open at that number."""
        with self._lock:
            return self._seq, list(self._open.values())

    def open_alerts(self) -> list[AlertEvent]:
        """The last event of every alert that is open."""
        return self.standing()[1]

    def feedback(self, kind: FeedbackKind, alert: str, wall: float | None = None) -> None:
        """Keep what a person said of ``alert``. Waits until it is written.

        Raises:
            StateError: there is no such alert, it was a demonstration, or it cannot be written.
        """
        source = self._source_of(alert)
        if source is None:
            raise StateError(f"There is no alert {alert!r}.", "It may be older than the store.")
        if source == "demo":
            raise StateError(f"Alert {alert!r} was a demonstration, which takes no feedback.")
        self._errands.feedback(kind, alert, self._clock() if wall is None else wall)

    def revoke(self, alert: str) -> None:
        """Take back what people said of ``alert``. Waits until it is done.

        Raises:
            StateError: nothing was said of it, or it cannot be written.
        """
        self._errands.revoke(alert)

    def forget(self, since_wall: float, until_wall: float) -> frozenset[str]:
        """Remove alerts, feedback and minutes of a span for good; alerts come in between.

        An alert of which any event lies in the span goes whole. Where the span has no beginning,
        stores that were set aside because they were damaged go, too. Waits until nothing is left
        of it in the store's files.

        Returns:
            The alerts that were removed.

        Raises:
            StateError: it cannot be done now, or not all of it.
        """
        return self._errands.forget(since_wall, until_wall)

    def minute(self, minute: Minute) -> None:
        """Keep ``minute``. Returns at once."""
        self._writer.minute(minute)

    def keep_notices(
        self, changes: Callable[[], tuple[list[StoredNotice], list[tuple[str, str]]]]
    ) -> Future[None]:
        """Keep what has come to wait for a channel, and no more what waits no more.

        Args:
            changes: both, the latter as channel and key; called in the thread that writes.

        Raises:
            OverflowError: too much waits to be written.
        """
        return self._writer.submit(lambda connection: change_notices(connection, *changes()))

    def figures(self) -> StoreFigures:
        """Counts for metrics."""
        return self._writer.figures()

    @property
    def alive(self) -> bool:
        """Whether anybody writes."""
        return self._writer.alive and self._mark.alive

    @property
    def unreadable(self) -> int:
        """How many stored events could not be read, and were passed over, since the start."""
        return self._unreadable.count

    def close(self) -> None:
        """Write what waits, sync it, move the log into the database. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._writer.close()
        self._mark.close()

    def _shown(self, event: AlertEvent) -> AlertEvent:
        """``event`` without words, where they are switched off."""
        return event if self._transcripts else without_words(event)

    def _source_of(self, alert: str) -> str | None:
        for event in self._writer.pending():
            if event.id == alert:
                return event.source
        return self._read(lambda connection: source_of(connection, alert))

    def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        store = self._writer.store
        if store is None:
            raise StoreUnavailable("The store is not open: see `distressd status`.")
        return store.read(query)
