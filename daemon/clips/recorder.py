"""The thread that records the sound around alerts, where the user wants that."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from daemon.audio.ring import Ring
from daemon.clips.folder import ClipFolder, Span
from daemon.clips.outbox import Outbox, Sealed
from daemon.clips.seal import Seal
from daemon.clips.take import Take
from daemon.config.schema import Clips
from daemon.errors import ClipError, StateError
from daemon.health import Health
from daemon.store.trouble import trouble
from daemon.wire.alert import AlertEvent
from daemon.wire.base import LEVELS, Level, wall_seconds
from models.features.constants import SAMPLE_RATE

log = logging.getLogger(__name__)

# An alert wakes nobody here: whoever brings it to people would have to share the interpreter. The
# ring holds much more than comes between two looks.
LOOK_S: Final = 1.0
TIDY_S: Final = 3_600.0
MOST_EVENTS: Final = 64
MOST_TAKES: Final = 4
FORGET_PATIENCE_S: Final = 60.0
# Nothing follows on these: there is no sound after them that belongs to the alert.
_CUT: Final = {"paused", "source_lost"}


@dataclass(frozen=True, slots=True)
class _Raised:
    alert: str
    level: Level
    sample: int
    begin: int
    wall: float


@dataclass(frozen=True, slots=True)
class _Risen:
    alert: str
    level: Level


@dataclass(frozen=True, slots=True)
class _Cleared:
    alert: str
    end: int


_Event = _Raised | _Risen | _Cleared


@dataclass(frozen=True, slots=True)
class _Forget:
    span: Span
    done: "Future[None]"


class Recorder:
    """Records, seals and keeps; removes what is too old.

    Whoever tells it something never waits for it, but who has something forgotten.

    Args:
        config: ``[clips]``.
        ring: where the sound is.
        state: the state folder.
        health: where the part ``clips`` is reported.
        never: why nothing is recorded of this source whatever the configuration says; empty: it
            may be.
        clock: wall time, seconds since 1970.
    """

    def __init__(
        self,
        config: Clips,
        ring: Ring,
        state: Path,
        health: Health,
        *,
        never: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._ring = ring
        self._health = health
        self._never = never
        self._folder = ClipFolder(state, clock)
        self._asked = threading.Condition()
        self._events: deque[_Event] = deque()
        self._forgets: deque[_Forget] = deque()
        self._not_before = 0  # sound before this sample is never recorded
        self._cut: int | None = None  # nor is what follows on this one, of takes that are open
        self._dropping = False  # what is open now is not to be kept
        self._woken = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        # Of the thread alone, while it lives:
        self._takes: list[Take] = []
        self._outbox = Outbox(self._folder)
        self._tidy_s = 0.0
        self._trouble: tuple[str, str] | None = None
        self._dropped = self._bytes = 0

    @property
    def records(self) -> bool:
        """Whether clips are recorded."""
        return self._config.enabled and not self._never

    @property
    def figures(self) -> dict[str, float]:
        """Since the start: clips recorded and lost, what found no room; clips that wait; bytes."""
        return {
            "recorded": float(self._outbox.written),
            "failed": float(self._outbox.lost),
            "dropped": float(self._dropped),
            "waiting": float(len(self._outbox)),
            "bytes": float(self._bytes),
        }

    @property
    def alive(self) -> bool:
        """Whether somebody does the work, where there is any."""
        return self._thread is None or self._thread.is_alive()

    def start(self) -> None:
        """Begin, or begin again; a thread only where there is something to record or to remove."""
        self._drop(list(self._takes))  # of a thread that died
        self._trouble = None
        self._report()
        if self.records:
            log.info("Clips: sound around alerts is kept, encrypted, in %s", self._folder.path)
        if self.records or self._folder.path.exists():
            self._thread = threading.Thread(target=self._run, name="clips", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Keep what was recorded until now, and end."""
        with self._asked:
            self._stopping = True
            self._asked.notify()
        if self._thread is not None:
            self._thread.join()

    def reconfigure(self, config: Clips) -> None:
        """Go by ``config`` from the next alert on; where it is off, what is open is dropped."""
        with self._asked:
            if config.enabled != self._config.enabled:
                # What was said before it was switched on, or while it was off, is not recorded.
                self._not_before = self._ring.written
                self._events.clear()
                self._dropping = True
            self._config = config
            self._tidy_s = 0.0
            self._wake()
        if self._thread is None:
            self.start()
        else:
            self._report()

    def submit(self, event: AlertEvent) -> None:
        """Take notice of ``event``. Returns at once."""
        if not self.records:
            return
        sample = round(event.stream_s * SAMPLE_RATE)
        config = self._config
        with self._asked:
            if len(self._events) >= MOST_EVENTS:  # of a clear that is lost, the clip ends by itself
                self._dropped += 1
                return
            if event.phase == "raised":
                onset = min(sample, round(event.onset_s * SAMPLE_RATE))
                begin = onset - round(config.before_s * SAMPLE_RATE)
                begin = max(0, begin, self._not_before)
                wall = wall_seconds(event.time)
                self._events.append(_Raised(event.id, event.level, sample, begin, wall))
            else:
                self._events.append(_Risen(event.id, event.level))
                if event.phase == "cleared":
                    after_s = 0.0 if event.reason in _CUT else config.after_s
                    end = sample + round(after_s * SAMPLE_RATE)
                    self._events.append(_Cleared(event.id, end))

    def paused(self, sample: int) -> None:
        """A pause begins: what is recorded ends at ``sample``. Returns at once."""
        with self._asked:
            self._cut = sample if self._cut is None else min(self._cut, sample)
            self._not_before = max(self._not_before, sample)

    def resumed(self) -> None:
        """A pause ends: nothing that was said in it is recorded. Returns at once."""
        with self._asked:
            self._not_before = self._ring.written

    def forget(self, span: Span) -> None:
        """Remove every clip of which any part lies in ``span``, and what is being recorded of it.

        Raises:
            StateError: not everything could be removed.
        """
        asked = _Forget(span, Future())
        with self._asked:
            self._not_before = self._ring.written
            working = self._thread is not None and self._thread.is_alive()
            if working:
                self._forgets.append(asked)
                self._wake()
        if not working:
            self._forget(asked)
        try:
            asked.done.result(FORGET_PATIENCE_S)
        except (ClipError, CancelledError, TimeoutError) as error:
            words = str(error) or type(error).__name__
            raise StateError(f"Not every clip could be removed ({words}).", "Try again.") from error
        finally:
            asked.done.cancel()  # nobody waits for it any more

    def _wake(self) -> None:
        """Let the thread look. The lock is held."""
        self._woken = True
        self._asked.notify()

    def _run(self) -> None:
        try:
            self._folder.remove_drafts()
            while self._look():
                pass
        except Exception as error:
            log.exception("The recorder of clips died and is begun again; alerts go on without it")
            self._health.report(
                "clips", "failed", f"The recorder died ({error}).", "The log has more."
            )

    def _look(self) -> bool:
        """Wait, and do what there is to do; false after the last time."""
        with self._asked:
            self._asked.wait_for(lambda: self._woken or self._stopping, self._patience_s())
            stopping, self._woken = self._stopping, False
            dropping, self._dropping = self._dropping, False
            cut, self._cut = self._cut, None
            events, forgets = list(self._events), list(self._forgets)
            self._events.clear()
            self._forgets.clear()
        if dropping:
            self._drop(list(self._takes))
        # A take that begins is read with the next look: the alert itself may be on its way now.
        earlier = list(self._takes)
        for event in events:
            self._hear(event)
        for take in self._takes:
            if cut is not None and take.begin < cut:
                take.end_at(cut)
            if stopping or take in earlier:
                take.record()
        for forget in forgets:
            self._forget(forget)
        for take in list(self._takes):
            if stopping or take.done:
                self._take_down(take)
        self._flush(last=stopping)
        self._tidy()
        return not stopping

    def _patience_s(self) -> float:
        due_s = max(0.0, min(self._tidy_s, self._outbox.due_s) - time.monotonic())
        return min(LOOK_S, due_s) if self.records or self._takes else due_s

    def _hear(self, event: _Event) -> None:
        match event:
            case _Raised():
                self._begin(event)
            case _Risen():
                for take in self._takes:
                    if take.alert == event.alert:
                        take.rise(event.level)
            case _Cleared():
                for take in self._takes:
                    if take.alert == event.alert:
                        take.over = True
                        take.end_at(event.end)

    def _begin(self, event: _Raised) -> None:
        if len(self._takes) >= MOST_TAKES:
            # The oldest that only records what came after its alert makes room.
            over = next((take for take in self._takes if take.over), None)
            if over is None:
                self._dropped += 1
                log.warning("Clips: alert %s is not recorded: too many are open", event.alert)
                return
            over.end_at(event.sample)
            over.record()
            self._take_down(over)
        take = Take(
            event.alert,
            event.level,
            self._ring,
            begin=event.begin,
            longest=round(self._config.longest_s * SAMPLE_RATE),
            raised=event.sample,
            wall=event.wall,
        )
        self._takes.append(take)

    def _take_down(self, take: Take) -> None:
        """Seal what is whole."""
        self._takes.remove(take)
        recorded, config = take.finish(), self._config
        if recorded is None or not config.enabled:
            return
        if LEVELS.index(take.level) < LEVELS.index(config.level):
            return
        content = Seal(config.recipients).close(recorded.flac())
        self._outbox.put(Sealed(take.alert, recorded.began, recorded.seconds, content))
        for gap in recorded.gaps:
            log.warning("Clips: that of alert %s has a gap: %s", take.alert, gap)

    def _drop(self, takes: list[Take]) -> None:
        for take in takes:
            self._takes.remove(take)
            take.finish()

    def _flush(self, *, last: bool) -> None:
        """Write what is sealed; where that fails, it is tried again later."""
        before = self._outbox.written
        try:
            self._outbox.flush(at_once=last)
        except OSError as error:
            if last:
                log.error("Clips: %d are lost, for they cannot be written", len(self._outbox))  # noqa: TRY400
            found = trouble(error, self._folder.path.parent)
            self._complain(f"A clip cannot be written: {found.words}.", found.remedy)
        if self._outbox.written > before:
            self._tidy_s = 0.0

    def _tidy(self) -> None:
        if time.monotonic() < self._tidy_s:
            return
        self._tidy_s = time.monotonic() + TIDY_S
        config = self._config
        try:
            self._bytes = self._folder.tidy(config.retention_days, config.max_mb * 10**6)
        except ClipError as error:
            self._complain(error.message, error.remedy)
            return
        if not len(self._outbox):
            self._trouble = None
        self._report()

    def _forget(self, forget: _Forget) -> None:
        if not forget.done.set_running_or_notify_cancel():
            return
        now = time.time()
        self._drop([take for take in self._takes if forget.span.has(take.alert, take.began, now)])
        self._outbox.forget(forget.span)
        try:
            self._folder.forget(forget.span)
        except ClipError as error:
            forget.done.set_exception(error)
        else:
            forget.done.set_result(None)
        self._tidy_s = 0.0

    def _complain(self, reason: str, remedy: str) -> None:
        if self._trouble != (reason, remedy):
            log.error("Clips: %s %s Alerts are not affected", reason, remedy)
        self._trouble = (reason, remedy)
        self._report()

    def _report(self) -> None:
        figures = self.figures
        if self._trouble is not None and self.records:
            self._health.report("clips", "degraded", *self._trouble, figures)
        elif self.records:
            self._health.report(
                "clips", "ok", "Sound around alerts is kept, encrypted.", "", figures
            )
        else:
            reason = self._never if self._config.enabled else "switched off by [clips] enabled"
            self._health.report("clips", "off", reason, figures=figures)
