"""The fusion thread: evidence in, alert events out."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.opinion import Opinion
from daemon.clock import StreamClock
from daemon.config.schema import Fusion
from daemon.fusion.event import alert_event
from daemon.fusion.fuser import Fuser, Judgement
from daemon.fusion.history import History
from daemon.fusion.inbox import Amend, Closed, Finish, Inbox, Item, Learn, Pause, Read, Reconfigure
from daemon.fusion.reading import Reading
from daemon.wire.alert import AlertEvent, ClearReason
from daemon.wire.base import Level, SourceName, rfc3339
from models.features.constants import SAMPLE_RATE

log = logging.getLogger(__name__)

CAPACITY: Final = 512  # five seconds of open gate
JOIN_S: Final = 5.0
DROPPED_LOG_EVERY: Final = 10 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class FusedNow:
    """What fusion made of the last hop, for telemetry."""

    sample: int
    score: float
    infant: float


class FusionThread:
    """Decides over evidence in a thread of its own.

    Which decisions are taken depends only on the sequence of evidence, readings and pauses, never
    on the pace at which they come.

    Args:
        config: ``[fusion]``.
        source: what the events name as their source.
        clock: sample time to wall time, which events carry and by which a pause ends.
        deliver: takes each event, in this thread: stores and publishes it. It must not raise.
        lossless: a full queue blocks :meth:`submit`; otherwise the oldest evidence is dropped.
        transcripts: events may carry the words that were said.
        failed: called once, in this thread, with the exception that ended it.
        pause_changed: called in this thread when a pause begins (with its end, wall time in
            seconds since 1970), changes or ends (with None).
        quiet: whether a sample lies in the hours in which this place is quiet.
        capacity: the most items that wait.
    """

    def __init__(
        self,
        config: Fusion,
        source: SourceName,
        clock: StreamClock,
        deliver: Callable[[AlertEvent], None],
        *,
        lossless: bool,
        transcripts: bool = False,
        failed: Callable[[Exception], None] | None = None,
        pause_changed: Callable[[float | None], None] | None = None,
        quiet: Callable[[int], bool] | None = None,
        capacity: int = CAPACITY,
    ) -> None:
        self._config = config
        self._source: SourceName = source
        self._clock = clock
        self._deliver = deliver
        self._transcripts = transcripts
        self._failed = failed
        self._pause_changed = pause_changed
        self._fuser = Fuser(config, quiet=quiet)
        self._inbox = Inbox(capacity, lossless=lossless)
        self._thread = threading.Thread(target=self._run, name="fusion", daemon=True)
        self._latest = FusedNow(0, 0.0, 0.0)
        self._paused_until: float | None = None
        self._pause_deadline = 0.0
        self._error: Exception | None = None
        self._dropped_logged = 0
        self._dropped_sample = 0

    @property
    def latest(self) -> FusedNow:
        """What fusion made of the last hop."""
        return self._latest

    @property
    def alone(self) -> bool:
        """Whether nothing but sound has anything to say beside the next hops; asks no lock."""
        return self._fuser.alone

    @property
    def dropped(self) -> int:
        """Hops of evidence lost to a full queue since the start."""
        return self._inbox.dropped

    @property
    def late(self) -> int:
        """Hops left out because they came after a later one."""
        return self._fuser.late

    @property
    def paused_until(self) -> float | None:
        """Wall time at which the present pause ends; None while there is none."""
        return self._paused_until

    @property
    def error(self) -> Exception | None:
        """What ended the thread, if something did."""
        return self._error

    @property
    def alive(self) -> bool:
        """Whether the thread decides."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to decide."""
        self._thread.start()

    def submit(self, evidence: AcousticEvidence) -> bool:
        """Hand one hop over; False once the thread has stopped or failed."""
        return self._inbox.put(evidence)

    def submit_all(self, evidence: Sequence[AcousticEvidence]) -> bool:
        """Hand several hops over at once."""
        return self._inbox.put_all(evidence)

    def submit_reading(self, reading: Reading) -> bool:
        """Hand over what the slow lane made of words."""
        return self._inbox.put(Read(reading))

    def submit_opinion(self, opinion: Opinion) -> bool:
        """Hand over what the second ear heard."""
        return self._inbox.put(opinion)

    def learn(self, history: History) -> bool:
        """Take what is usual and what people said, in the place of what was known."""
        return self._inbox.put(Learn(history))

    def amend(self, alert: str, level: Level, *, trustworthy: bool = False) -> bool:
        """Ask for another level of an open alert, within the bounds of ``AlertTrack.amend``."""
        return self._inbox.put(Amend(alert, level, trustworthy))

    def reconfigure(self, config: Fusion) -> bool:
        """Decide by ``config`` from the next hop on; what is open stays open."""
        return self._inbox.put(Reconfigure(config))

    def show_words(self, *, transcripts: bool) -> None:
        """Let events carry the words that were said, or not, from now on."""
        self._transcripts = transcripts

    def pause(self, until: float) -> None:
        """Clear what is open and raise nothing until the wall time ``until``."""
        self._inbox.pause(Pause(until))

    def resume(self) -> None:
        """End a pause now."""
        self._inbox.pause(Pause(None))

    def finish(self, reason: ClearReason, timeout_s: float = JOIN_S) -> bool:
        """Say that the stream ends here, and wait until every open alert has been cleared.

        The thread goes on: another stream may follow. Never call this from ``deliver``.

        Returns:
            Whether everything submitted before has been decided upon.
        """
        end = Finish(reason)
        return self._inbox.put(end) and end.done.wait(timeout_s) and self._error is None

    def stop(self, timeout_s: float = JOIN_S) -> bool:
        """Decide upon what waits, clear what is open with ``stopped``, and end the thread.

        Returns:
            Whether it has ended in time.
        """
        self._inbox.close()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while True:
                try:
                    item = self._inbox.take(self._patience)
                except Closed:
                    break
                self._handle(item)
            self._announce(self._fuser.close("stopped"))
        except Exception as error:
            self._error = error
            log.exception(
                "fusion failed at %.2f s: no alert is raised any more; the daemon is told, and has"
                " to be started again",
                self._latest.sample / SAMPLE_RATE,
            )
            self._inbox.abandon()
            if self._failed is not None:
                self._failed(error)

    def _handle(self, item: Item | Pause | None) -> None:
        match item:
            case AcousticEvidence():
                self._hear(item)
            case Read():
                self._announce(self._fuser.read(item.reading))
            case Opinion():
                self._fuser.opine(item)
            case Learn():
                self._fuser.learn(item.history)
            case Amend():
                self._announce(
                    self._fuser.amend(item.alert, item.level, trustworthy=item.trustworthy)
                )
            case Finish():
                try:
                    self._announce(self._fuser.close(item.reason))
                finally:
                    item.done.set()
            case Reconfigure():
                self._config = item.config
                self._fuser.reconfigure(item.config)
            case Pause():
                self._set_pause(item.until)
            case None:
                self._end_pause_if_due()

    def _hear(self, evidence: AcousticEvidence) -> None:
        if self._paused_until is not None:
            self._end_pause_if_due(evidence.sample)
        judgements = self._fuser.hear(evidence)
        self._latest = FusedNow(evidence.sample, self._fuser.score, self._fuser.infant_score)
        if judgements:
            self._announce(judgements)
        if self._inbox.dropped != self._dropped_logged:
            self._log_dropped(evidence.sample)

    def _announce(self, judgements: list[Judgement]) -> None:
        for judgement in judgements:
            decision = judgement.decision
            event = alert_event(
                judgement,
                source=self._source,
                wall_s=self._wall(decision.sample),
                clear_after_s=self._config.clear_after_s,
                transcripts=self._transcripts,
            )
            self._deliver(event)
            log.info(
                "alert %s %s at %.2f s: %s, %s, score %.2f; sent to the store and subscribers",
                event.id,
                event.phase,
                event.stream_s,
                event.kind,
                event.level,
                event.score,
            )

    def _wall(self, sample: int) -> float:
        return self._clock.wall(sample)

    def _patience(self) -> float | None:
        """How long to wait for the next item: a live pause ends even where no sound comes."""
        if not self._clock.live or self._paused_until is None:
            return None
        left = min(self._paused_until - time.time(), self._pause_deadline - time.monotonic())
        return max(0.0, left)

    def _set_pause(self, until: float | None) -> None:
        if until is None and self._paused_until is None:
            return
        self._paused_until = until
        if until is not None:
            self._pause_deadline = time.monotonic() + until - time.time()
        if until is None:
            self._fuser.resume()
            log.info("the pause has ended; alerts are raised again")
        else:
            self._announce(self._fuser.pause())
            log.info("paused: no alert is raised until %s", rfc3339(until))
        if self._pause_changed is not None:
            self._pause_changed(until)

    def _end_pause_if_due(self, sample: int | None = None) -> None:
        """A clock that is set back must not prolong a pause: whichever clock is first ends it."""
        if self._paused_until is None:
            return
        wall = self._wall(self._latest.sample if sample is None else sample)
        late = self._clock.live and time.monotonic() >= self._pause_deadline
        if late or wall >= self._paused_until:
            self._set_pause(None)

    def _log_dropped(self, sample: int) -> None:
        if self._dropped_logged and 0 <= sample - self._dropped_sample < DROPPED_LOG_EVERY:
            return
        self._dropped_sample = sample
        dropped = self._inbox.dropped
        log.warning(
            "fusion fell behind: %d hops of evidence were dropped (%d since the start); it goes on"
            " with the newest",
            dropped - self._dropped_logged,
            dropped,
        )
        self._dropped_logged = dropped
