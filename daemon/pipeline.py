"""From a source to alert events: ring, hop loop and fusion, started and stopped together."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.loop import NOTABLE, QUIET_HOPS, REPORTED_HOPS, HopLoop
from daemon.acoustic.opinion import Opinion
from daemon.acoustic.second_ear import Asker, SecondEar
from daemon.audio.open import open_source
from daemon.audio.ring import Ring
from daemon.clock import StreamClock
from daemon.config.schema import Config, Fusion
from daemon.fusion.thread import FusionThread
from daemon.health import Health
from daemon.language.feed import Feed
from daemon.language.lane import LanguageLane
from daemon.language.utterance import Words
from daemon.notify.quiet_hours import is_quiet
from daemon.wire.alert import AlertEvent
from models.ear import Ear
from models.features.constants import HOP, SAMPLE_RATE

Pace = Literal["realtime", "max"]
_HOP_MS = 1000 * HOP // SAMPLE_RATE


def quiet_hops(config: Fusion) -> int:
    """How many hops the loop may read at once: the shortest hold, so that no alert waits.

    Where an alert may begin with what the loop does not call notable, no more than are reported
    together.
    """
    confirm = config.confirm_ms
    shortest_ms = min(confirm.advisory, confirm.warning, confirm.critical, config.overwhelming_ms)
    most = QUIET_HOPS if config.threshold.advisory >= NOTABLE else REPORTED_HOPS
    return max(1, min(most, shortest_ms // _HOP_MS))


class Pipeline:
    """Everything between a sound and a decision.

    Args:
        config: the whole configuration.
        ear: what listens; the hop loop owns it from :meth:`start` on.
        spec: ``mic``, ``demo``, ``stdin`` or ``file:PATH``.
        pace: ``realtime``, or ``max``: as fast as it goes, without loss.
        health: where the source reports.
        deliver: takes each alert event, in the fusion thread.
        heard: sees each evidence, in the hop loop's thread; must not block.
        failed: called once, from the thread that died of an error.
        pause_changed: called when a pause begins or ends.
        lane: the slow lane that reads what is said, or None.
        in_step: the stream waits for the slow lane, so that it gives the same events every time.
        second_ear: is asked about what is suspicious, or None; in step it has to answer at once.
        opined: sees each opinion of the second ear; must not block.
        told: sees what became of each utterance; must not block.
    """

    def __init__(
        self,
        config: Config,
        ear: Ear,
        spec: str,
        pace: Pace,
        health: Health,
        deliver: Callable[[AlertEvent], None],
        *,
        heard: Callable[[AcousticEvidence], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        pause_changed: Callable[[float | None], None] | None = None,
        lane: LanguageLane | None = None,
        in_step: bool = False,
        told: Callable[[Words], None] | None = None,
        second_ear: SecondEar | None = None,
        opined: Callable[[Opinion], None] | None = None,
    ) -> None:
        self.source = open_source(spec, pace, config.audio.device, health)
        self._error: BaseException | None = None
        self._told = failed
        lossless = pace == "max"
        # Whoever waits for the slow lane loses sound unless the source waits, too.
        waits = lossless or (in_step and not self.source.live)
        self.clock = StreamClock.now(live=not lossless)
        self.fusion = FusionThread(
            config.fusion,
            self.source.name,
            self.clock,
            deliver,
            lossless=waits,
            transcripts=config.privacy.transcripts,
            failed=self._fail,
            pause_changed=pause_changed,
            quiet=self.is_quiet,
        )
        self._quiet_hours = config.quiet_hours
        self._of_now = self.source.live or (spec == "stdin" and pace == "realtime")
        self.ring = Ring(int(config.audio.ring_s * SAMPLE_RATE))
        self._heard = heard
        self._in_step = in_step
        self._told_opinion = opined
        self._asker = (
            None
            if second_ear is None
            else Asker(
                self.ring.reader("second ear", lossless=waits, patient=True),
                second_ear,
                self._opine,
                in_step=in_step,
                paused=lambda: self.fusion.paused_until is not None,
            )
        )
        self._feed = (
            None
            if lane is None
            else Feed(
                lane,
                self.ring,
                self.fusion,
                alarming=config.fusion.threshold.advisory,
                in_step=in_step,
                lossless=waits,
                told=told,
                paused=lambda: self.fusion.paused_until is not None,
            )
        )
        self.loop = HopLoop(
            self.ring,
            self.ring.reader("hop", lossless=waits),
            ear,
            self._emit,
            self._fail,
            quiet_hops=quiet_hops(config.fusion),
            alone=lambda: self.fusion.alone,
        )

    def is_quiet(self, sample: int) -> bool:
        """Whether ``sample`` lies in the hours in which this place is quiet.

        Nobody knows at what hour a recording was made: it is never quiet in one, so that it gives
        the same alerts whenever it is played.
        """
        if not self._quiet_hours.enabled or not self._of_now:
            return False
        local = datetime.fromtimestamp(self.clock.wall(sample)).astimezone().time()
        return is_quiet(self._quiet_hours, local)

    @property
    def of_now(self) -> bool:
        """Whether what is heard happens here and now; nobody knows when a recording was made."""
        return self._of_now

    @property
    def error(self) -> BaseException | None:
        """What ended the stream, if it did not end by itself."""
        return self._error or self.source.error

    def reconfigure(self, config: Config) -> None:
        """Decide by ``config`` from the next hop on, as far as that can change meanwhile."""
        self._quiet_hours = config.quiet_hours
        if self._feed is not None:
            self._feed.reconfigure(config.fusion.threshold.advisory)
        self.fusion.show_words(transcripts=config.privacy.transcripts)
        self.fusion.reconfigure(config.fusion)
        self.loop.reconfigure(quiet_hops(config.fusion))

    def start(self) -> None:
        """Start the parts, from the last to the first."""
        self.fusion.start()
        self.loop.start()
        self.source.start(self.ring)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the source has ended and everything that it gave has been decided upon."""
        if not self.loop.ended.wait(timeout_s):
            return False
        # A live source does not end by itself: nobody hears until the daemon has started anew.
        died = self._error is not None or (self.source.live and self.source.error is not None)
        if self._feed is not None and not died and not self._feed.finish(timeout_s):
            return False
        self.fusion.finish("stopped")
        return True

    def source_lost(self) -> None:
        """Clear what is open: no evidence comes any more, so nothing would ever end it.

        What came before the loss is heard first; whoever tells of the loss does not wait for that.
        """
        self.loop.after(self._broken_off)

    def _broken_off(self) -> None:
        """In the hop loop's thread."""
        if self._feed is not None:
            self._feed.break_off()
        self.fusion.finish("source_lost", timeout_s=0.0)

    def stop(self) -> None:
        """Stop what was started, from the first to the last; open alerts are cleared."""
        if self._feed is not None:
            self._feed.abandon()
        self.source.stop()
        self.loop.stop()
        self.fusion.stop()

    def _emit(self, heard: Sequence[AcousticEvidence]) -> None:
        if self._in_step and (self._feed is not None or self._asker is not None):
            for evidence in heard:  # words count between the hops that they are due between
                self._emit_some((evidence,))
        else:
            self._emit_some(heard)

    def _emit_some(self, heard: Sequence[AcousticEvidence]) -> None:
        self.fusion.submit_all(heard)
        for evidence in heard:
            if self._asker is not None:
                self._asker.hear(evidence.sample, evidence.distress, gate=evidence.gate)
            if self._feed is not None:
                self._feed.hear(evidence)
            if self._heard is not None:
                self._heard(evidence)

    def _opine(self, opinion: Opinion) -> None:
        self.fusion.submit_opinion(opinion)
        if self._told_opinion is not None:
            self._told_opinion(opinion)

    def _fail(self, error: BaseException) -> None:
        self._error = error
        self.loop.ended.set()
        if self._told is not None:
            self._told(error)
