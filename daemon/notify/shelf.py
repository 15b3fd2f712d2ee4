"""What waits for channels is in the store, too, and goes on waiting after the next start.

What is told at once never comes here: the store is looked after twice a second, and only then is
written what has come to wait and what waits no more. So a daemon that is killed may forget what
came within its last half second, and may tell twice what it told then.
"""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from daemon.errors import StateError
from daemon.notify.notice import Notice, What
from daemon.notify.waiting import Waiting
from daemon.store.journal import Journal
from daemon.store.notices import StoredNotice
from daemon.wire.alert import AlertEvent
from daemon.wire.base import Level

log = logging.getLogger(__name__)

AT_ONCE = 64  # rows in one transaction: an alert that comes meanwhile waits for no more
FLUSH_S = 1.0
Key = tuple[str, str]


class Body(BaseModel):
    """A notice as it is kept: the event is in the store already, and is found by its number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: Literal[1] = 1
    unanswered: bool
    id: str
    title: str
    text: str
    level: Level
    about: str
    what: What
    alerts: tuple[str, ...]
    seq: int | None
    wall: float
    count: int
    sound: bool

    @model_validator(mode="after")
    def _names_its_alert(self) -> Self:
        if (self.unanswered or self.seq is not None) and not self.alerts:
            raise ValueError("it is of no alert")
        return self

    @classmethod
    def of(cls, waiting: Waiting, since: float) -> "Body":
        """``waiting``, which does so since the wall time ``since``."""
        notice = waiting.notice
        return cls(
            unanswered=waiting.unanswered,
            id=notice.id,
            title=notice.title,
            text=notice.text,
            level=notice.level,
            about=notice.about,
            what=notice.what,
            alerts=notice.alerts,
            seq=None if notice.event is None else notice.event.seq,
            # After a restart even the daemon's own troubles say when they were.
            wall=notice.wall or since,
            count=notice.count,
            sound=notice.sound,
        )

    def notice(self, event: AlertEvent | None) -> Notice:
        """The notice, of ``event`` where it is of one."""
        return Notice(
            self.title,
            self.text,
            self.level,
            self.about,
            what=self.what,
            alerts=self.alerts,
            event=event,
            wall=self.wall,
            count=self.count,
            sound=self.sound,
            id=self.id,
        )


class Shelf:
    """Keeps in the store what waits. Belongs to one thread.

    Args:
        journal: the store.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._kept: dict[Key, str] = {}
        self._next: dict[Key, str] = {}
        self._writing: Future[None] | None = None
        self._failing = False

    def load(self) -> dict[str, list[Waiting]]:
        """What waited when the last daemon ended, by channel, in order.

        What nobody can be told of any more is left out: an alert that was forgotten, or, where
        it waits for an acknowledgement, that was acknowledged.
        """
        now = time.time()
        found: dict[str, list[Waiting]] = {}
        try:
            for row in self._journal.archive.notices():
                waiting = self._read(row, now)
                self._kept[row.channel, row.key] = "" if waiting is None else waiting.version
                if waiting is not None:
                    found.setdefault(row.channel, []).append(waiting)
        except StateError as error:
            log.warning("What waited to be told before the start is not known: %s", error)
        return found

    def look(self, waiting: Callable[[], Mapping[Key, Waiting]]) -> None:
        """Have the store keep what waits now; returns at once.

        Args:
            waiting: everything that waits; called here, and in the store's own thread when it is
                written, so that nothing comes back that was forgotten in between.
        """
        if self._writing is not None:
            if not self._writing.done():
                return
            if not self._writing.cancelled():  # else the store is closing
                self._settle(self._writing.exception())
            self._writing = None
        if {key: one.version for key, one in waiting().items()} == self._kept:
            return
        try:
            self._writing = self._journal.keep_notices(lambda: self._changes(waiting()))
        except OverflowError:
            log.debug("The store is busy; what waits to be told is kept a little later")

    def flush(self, waiting: Callable[[], Mapping[Key, Waiting]]) -> bool:
        """Keep everything that waits, at the end; false if it could not be done in time."""
        deadline = time.monotonic() + FLUSH_S
        while time.monotonic() < deadline:
            self.look(waiting)
            if self._writing is None:
                return True
            try:
                self._writing.result(max(0.0, deadline - time.monotonic()))
            except Exception as error:  # noqa: BLE001 - whatever it is, the daemon ends
                log.warning("What waits to be told cannot be kept (%r)", error)
                return False
        return False

    def _settle(self, error: BaseException | None) -> None:
        """What was written is kept; that it could not be is told once, until it can."""
        if error is None:
            self._kept = self._next
        elif not self._failing:
            log.warning(
                "What waits to be told would not outlive the daemon now (%r); it is tried again",
                error,
            )
        self._failing = error is not None

    def _changes(
        self, waiting: Mapping[Key, Waiting]
    ) -> tuple[list[StoredNotice], list[tuple[str, str]]]:
        """What is to be written next, in the store's thread."""
        now = time.time()
        new = [(key, one) for key, one in waiting.items() if self._kept.get(key) != one.version]
        added = []
        self._next = dict(self._kept)
        for (channel, key), one in new[:AT_ONCE]:
            since = now - one.age_s
            added.append(StoredNotice(channel, key, since, Body.of(one, since).model_dump_json()))
            self._next[channel, key] = one.version
        gone = [each for each in self._kept if each not in waiting]
        for each in gone:
            del self._next[each]
        return added, gone

    def _read(self, row: StoredNotice, now: float) -> Waiting | None:
        try:
            body = Body.model_validate_json(row.body)
        except ValidationError:
            log.warning("channel %s: a notice that waited cannot be read any more", row.channel)
            return None
        event: AlertEvent | None = None
        if body.seq is not None:
            events, remarks = self._journal.archive.story(body.alerts[0])
            event = next((one for one in events if one.seq == body.seq), None)
            if event is None or (body.unanswered and remarks):
                return None
        age_s = max(0.0, now - row.since)
        notice = body.notice(event)
        return Waiting(row.key, notice.id, age_s, notice, unanswered=body.unanswered)
