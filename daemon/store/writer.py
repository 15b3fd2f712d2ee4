"""The one thread that writes to the store, and the events that wait for it."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from daemon.errors import DistressdError
from daemon.health import Health
from daemon.store.backlog import MinuteBacklog
from daemon.store.condition import Condition
from daemon.store.database import begin_wal, transaction
from daemon.store.events import store_event
from daemon.store.job import Job, Work
from daemon.store.minute import Minute, store_minute
from daemon.store.store import Store
from daemon.store.tidying import Tidying
from daemon.store.trouble import Trouble, trouble
from daemon.wire.alert import AlertEvent

logger = logging.getLogger(__name__)

# About 8 MB. When it is full, the oldest update goes (a later event of its alert says more), or,
# where there is none, the oldest event; both are counted, logged and shown in health.
MAX_PENDING = 4_096
MAX_JOBS = 64
BATCH = 256
FIRST_RETRY_S = 0.01
LONGEST_RETRY_S = 5.0
CLOSING_ATTEMPTS = 5

# What the content of a row causes: it would fail again for ever, and hold up all others.
UNWRITABLE = (ValueError, TypeError, OverflowError, sqlite3.IntegrityError)


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """Events that wait in memory, were given up, or went out before they were written."""

    pending: int
    lost: int
    late: int


class Writer:
    """Writes events in the order of their numbers, tries again when it cannot, and tidies up."""

    def __init__(
        self,
        open_store: Callable[[str], Store],
        folder: Path,
        *,
        health: Health,
        tidying: Tidying,
        max_pending: int = MAX_PENDING,
    ) -> None:
        """Prepare; nothing is written before :meth:`start`.

        Args:
            open_store: opens the store where it could not be opened at the start, or anew where
                it turned out to be damaged, which its argument then says.
            folder: where the store is, for remedies.
            health: where the part ``store`` is reported.
            tidying: removes what is too old and keeps the log short.
            max_pending: how many events may wait in memory.
        """
        self._open_store = open_store
        self._folder = folder
        self._health = health
        self._tidying = tidying
        self._max_pending = max_pending
        self._store: Store | None = None
        self._damage = ""
        lock = threading.RLock()
        self._work = threading.Condition(lock)
        self._written = threading.Condition(lock)
        self._reporting = threading.Lock()
        self._events: dict[int, AlertEvent] = {}
        self._minutes = MinuteBacklog()
        self._jobs: deque[Job] = deque()
        self._failing: Trouble | None = None
        self._notice = ""
        self._slow = False
        self._lost = 0
        self._late = 0
        self._unwritable = 0  # the last event that can never be written
        self._log_moved = False
        self._woken = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether anybody writes, and anybody waits for the disk."""
        return self._thread.is_alive() and (self._store is None or self._store.disk.alive)

    @property
    def store(self) -> Store | None:
        """The store, once it is open."""
        return self._store

    def start(self, store: Store | None, absent: Trouble | None = None) -> None:
        """Begin to write into ``store``, or to try to open it where it is None.

        Args:
            store: the store, owned from now on.
            absent: why there is none.
        """
        self._failing = absent
        if store is not None:
            self._take(store)
        self._thread.start()
        self.report()

    def put(self, event: AlertEvent) -> None:
        """Queue ``event`` to be written."""
        with self._work:
            if len(self._events) >= self._max_pending:
                updates = (seq for seq, old in self._events.items() if old.phase == "updated")
                given_up = next(updates, next(iter(self._events)))
                del self._events[given_up]
                self._lost += 1
                logger.error(
                    "Store: alert event %d is given up: %d wait in memory already",
                    given_up,
                    self._max_pending,
                )
            self._events[event.seq] = event
            self._work.notify()

    def wait(self, seq: int, timeout_s: float) -> bool:
        """Whether event ``seq`` has been written, at the latest after ``timeout_s``.

        While writing fails it does not wait at all.
        """
        with self._written:
            self._written.wait_for(
                lambda: seq not in self._events or self._failing is not None, timeout=timeout_s
            )
            if seq not in self._events:
                return seq != self._unwritable
            self._late += 1
            newly_slow = not self._slow
            self._slow = True
        if newly_slow:
            logger.warning("Store: writing is slow; alert event %d goes out unwritten", seq)
            self.report()
        return False

    def pending(self) -> list[AlertEvent]:
        """The events that wait, in the order of their numbers."""
        with self._work:
            return list(self._events.values())

    def figures(self) -> StoreFigures:
        """Counts since the start."""
        with self._work:
            return StoreFigures(len(self._events), self._lost, self._late)

    def minute(self, minute: Minute) -> None:
        """Queue ``minute``, a part of one or all of it; the oldest goes when too many wait."""
        with self._work:
            self._minutes.add(minute)
            self._work.notify()

    def forget_minutes(self, since: float, until: float) -> None:
        """No minute of the span is written that has not been, nor what is left of its last."""
        with self._work:
            self._minutes.forget(since, until)

    def submit(self, work: Work, *, bare: bool = False) -> Future[None]:
        """Do ``work`` when no event waits (see :class:`Job`).

        Raises:
            OverflowError: too many jobs wait.
        """
        job = Job(work, bare)
        with self._work:
            if len(self._jobs) >= MAX_JOBS:
                raise OverflowError
            self._jobs.append(job)
            self._work.notify()
        return job.done

    def wake(self) -> None:
        """Look again for what is to be tidied up."""
        with self._work:
            self._woken = True
            self._work.notify()

    def close(self) -> None:
        """Write what waits, for some attempts where it fails, and end; what is left is counted."""
        self._stopping.set()
        with self._work:
            self._work.notify()
        self._thread.join()
        events = self.pending()
        try:
            if events:
                self._write_events(self._opened(), events)
        except Exception as error:  # noqa: BLE001 - the rest must still be closed
            with self._work:
                self._lost += len(self._events)
                self._events.clear()
            logger.error(  # noqa: TRY400 - one line says it all
                "Store: %d alert events could not be written (%s) and are lost", len(events), error
            )
        if self._minutes:
            logger.error("Store: minutes of history that are lost: %d", len(self._minutes))
        for job in self._jobs:
            job.done.cancel()
        if self._store is not None:
            self._store.close()

    def report(self) -> None:
        """Tell health how things stand. Serialised, so that the last report is the newest state."""
        with self._reporting:
            with self._work:
                figures: dict[str, float] = {
                    "pending": len(self._events),
                    "lost": self._lost,
                    "late": self._late,
                }
                unsynced = self._store.disk.error if self._store else None
                condition = Condition(self._failing, self._slow, unsynced, self._notice)
            # Whoever listens badly must not end the thread that writes alerts.
            try:
                self._health.report("store", *condition.told(), figures)
            except Exception:
                logger.exception("Store: a listener failed to take its health; writing goes on")

    def _run(self) -> None:
        retry_s = FIRST_RETRY_S
        attempts = 0
        while self._next():
            try:
                self._write_some(self._opened())
            except Exception as error:  # noqa: BLE001 - whatever it is, alerts want this thread
                attempts += 1
                self._fail(error, retry_s)
                if self._stopping.is_set() and attempts >= CLOSING_ATTEMPTS:
                    return
                if self._stopping.wait(retry_s):
                    time.sleep(FIRST_RETRY_S)
                retry_s = min(2 * retry_s, LONGEST_RETRY_S)
            else:
                retry_s, attempts = FIRST_RETRY_S, 0

    def _next(self) -> bool:
        """Wait for work or for the time to tidy up; false when stopping and nothing is left."""
        with self._work:
            self._work.wait_for(
                lambda: (
                    self._store is None
                    or self._events
                    or self._minutes
                    or self._jobs
                    or self._log_moved
                    or self._woken
                    or self._stopping.is_set()
                ),
                timeout=self._tidying.wait_s(),
            )
            self._woken = False
            return bool(self._events or self._minutes or self._jobs or not self._stopping.is_set())

    def _opened(self) -> Store:
        """The store: opened if it is not, anew if it is damaged."""
        if self._damage and self._store is not None:
            damaged, self._store = self._store, None
            with contextlib.suppress(sqlite3.Error, OSError):  # what is damaged may not close
                damaged.close()
        if self._store is None:
            store = self._open_store(self._damage)
            self._damage = ""
            self._take(store)
            return store
        return self._store

    def _take(self, store: Store) -> None:
        self._store = store
        if store.aside is not None:
            logger.error("%s", store.damage)
            self._notice = (
                f"The store was damaged and is set aside in {store.aside}; a new one was begun."
            )

    def _write_some(self, store: Store) -> None:
        """One piece of the most urgent work, then what it must not delay for ever."""
        with self._work:
            events = list(self._events.values())[:BATCH]
            job = self._jobs.popleft() if self._jobs and not events else None
            log_moved = self._log_moved
        if events:
            self._write_events(store, events)
        elif job:
            job.run(store)
        elif self._minutes:
            self._write_minutes(store)
        elif log_moved:
            self._log_moved = False
            begin_wal(store.connection)
        else:
            self._tidy_up(store)
        self._recover()
        if self._tidying.overdue():
            self._tidy_up(store)

    def _write_events(self, store: Store, events: list[AlertEvent]) -> None:
        unwritable = []
        with transaction(store.connection):
            for event in events:
                try:
                    store_event(store.connection, event)
                except UNWRITABLE:
                    logger.exception("Store: alert event %d can never be written", event.seq)
                    unwritable.append(event.seq)
        with self._work:
            for event in events:
                self._events.pop(event.seq, None)
            if unwritable:
                self._lost += len(unwritable)
                self._unwritable = unwritable[-1]
            self._written.notify_all()
        store.disk.sync()

    def _write_minutes(self, store: Store) -> None:
        # Taken out first: what comes meanwhile must not be added to what is written already.
        with self._work:
            minutes = self._minutes.take()
        written = False
        try:
            with transaction(store.connection):
                for minute in minutes:
                    self._write_minute(store, minute)
            written = True
        finally:
            if not written:
                with self._work:
                    for minute in minutes:
                        self._minutes.add(minute)

    @staticmethod
    def _write_minute(store: Store, minute: Minute) -> None:
        try:
            store_minute(store.connection, minute)
        except UNWRITABLE:
            logger.exception("Store: minute %s can never be written and is lost", minute.start)

    def _tidy_up(self, store: Store) -> None:
        self._tidying.run(store.connection, store.disk, self._note_log_moved)

    def _note_log_moved(self) -> None:
        with self._work:
            self._log_moved = True
            self._work.notify()

    def _fail(self, error: Exception, retry_s: float) -> None:
        found = trouble(error.__cause__ or error, self._folder)
        if found.cause == "damaged":
            self._damage = f"The store in {self._folder} is damaged: {found.words}."
        with self._work:
            before, self._failing = self._failing, found
            self._written.notify_all()
        if before is None or before.cause != found.cause:
            expected = isinstance(error, sqlite3.Error | OSError | DistressdError)
            logger.error(
                "Store: cannot be written: %s. %s Tried again in %.2f s",
                found.words,
                found.remedy,
                retry_s,
                exc_info=None if expected else error,
            )
            self.report()

    def _recover(self) -> None:
        with self._work:
            recovered = (self._failing is not None or self._slow) and not self._events
            if recovered:
                self._failing, self._slow = None, False
        if recovered:
            logger.info("Store: can be written; nothing waits in memory any more")
            self.report()
