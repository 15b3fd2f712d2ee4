"""The microphone as the source: opened, watched, and opened again whenever it was lost."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from daemon.audio import portaudio
from daemon.audio.asleep import Moment, moment, slept_s
from daemon.audio.capture import FIRST_BLOCK_S, FIRST_CHANGE_S, Capture
from daemon.audio.devices import InputDevice, choose, input_devices, is_meant, stable_name
from daemon.audio.liveness import Liveness, Settings, Sight
from daemon.audio.ring import Ring
from daemon.audio.seek import Seeker
from daemon.audio.source import end
from daemon.errors import DistressdError, PartDied, SourceUnavailable
from daemon.health import Health, State
from daemon.wire.base import SourceName
from models.features.constants import SAMPLE_RATE

log = logging.getLogger(__name__)

_LOOK_S = 0.25
_MAY_BE_MUTED = "Is it muted, by a switch of its own or in the system's sound settings?"
_MAY_BE_FORBIDDEN = (
    "Allow it in System Settings, Privacy & Security, Microphone, for the program that starts"
    " distressd; or is it muted?"
)
_STATES: dict[str, State] = {
    "healthy": "ok",
    "alarmed": "degraded",
    "failed_over": "degraded",
    "recovering": "unavailable",
    "failed": "unavailable",
}


class MicrophoneSource:
    """Listens to a microphone for as long as it runs.

    A microphone that is absent, busy, mute or lost is not an error: health says so, and
    :class:`~daemon.audio.liveness.Liveness` says what is done about it. Sample time stands still
    while nothing comes.

    Args:
        device: which one (see :func:`daemon.audio.devices.choose`).
        health: where its state is reported.
        settings: times of the liveness.
        clocks: tells the moment, asleep or awake.

    Attributes:
        overflows: how often sound was lost before the ring.
        error: why the stream ended, if it did not end by itself.
    """

    name: SourceName = "mic"
    live = True

    def __init__(
        self,
        device: str,
        health: Health,
        *,
        settings: Settings | None = None,
        clocks: Callable[[], Moment] = moment,
    ) -> None:
        self.overflows = 0
        self.error: DistressdError | None = None
        self._wanted = device
        self._health = health
        self._clocks = clocks
        self._before = clocks()
        self._live = Liveness(time.monotonic(), settings)
        self._seeker = Seeker()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._ring: Ring | None = None
        self._busy_ns = 0
        self._captures = 0
        self._replaced = 0
        self._attempted = False
        self._last_reason = ""

    @property
    def stuck_s(self) -> float:
        """For how long the system has not come back from being asked to open or close."""
        since_ns = self._busy_ns
        return (time.monotonic_ns() - since_ns) / 1e9 if since_ns else 0.0

    @property
    def alive(self) -> bool:
        """Whether anybody listens, or tries to."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, ring: Ring) -> None:
        """Begin to look for the microphone, and to listen."""
        self._ring = ring
        self._health.report("source", "starting", stage=self._live.stage)
        self._thread = threading.Thread(
            target=self._run, args=(ring,), name="source-mic", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End listening, and close the ring."""
        self._stop.set()
        if self._thread is None or self._ring is None:
            return
        if not end(self._thread, self._ring, "The microphone"):
            portaudio.abandon()
            self._health.report("source", "ended", "stopped")

    def _run(self, ring: Ring) -> None:
        reason = "stopped"
        try:
            while not self._stop.is_set():
                self._wait()
                if not self._stop.is_set() and (capture := self._attempt(ring)) is not None:
                    self._watch(capture, ring)
            self._health.report("source", "ended", reason)
        except Exception as error:
            log.exception("The microphone broke off by a mistake in distressd; the daemon stops.")
            reason = f"The microphone broke off: {error}."
            self.error = PartDied(reason, "The log has more.")
            self._health.report("source", "failed", reason)
        finally:
            self._seeker.stop()
            ring.close(reason)

    def _wait(self) -> None:
        """Until the next attempt; a machine that was asleep makes it at once."""
        while (left_s := self._live.wait_s(time.monotonic())) > 0:
            if self._stop.wait(min(left_s, _LOOK_S)):
                return
            stage = self._live.stage
            self._live.waited(time.monotonic(), self._slept_s())
            if self._live.stage != stage:
                self._say_failed()

    def _attempt(self, ring: Ring) -> Capture | None:
        """Open it, or another one where it has been away for long."""
        try:
            capture, wanted = self._open(ring)
        except SourceUnavailable as error:
            self._live.failed(time.monotonic())
            self._report_unavailable(error)
            return None
        if capture is not None:
            self._live.opened(time.monotonic(), wanted=wanted)
            self._captures += 1
            self._last_reason = ""
            log.info("Listening to %s.", capture.label)
            self._report_heard(capture)
        return capture

    def _open(self, ring: Ring) -> tuple[Capture | None, bool]:
        """A stream that delivers, and whether it is the wanted device's; None when stopped."""
        with self._asking():
            if self._attempted:
                portaudio.refresh()  # what was plugged in since is seen only so
            self._attempted = True
            devices = input_devices()
        other = self._other(devices) if self._wanted and self._live.either else None
        try:
            device = choose(devices, self._wanted)
            # One that is mute is not back while there is another one that hears.
            changing = other is not None and self._live.elsewhere
            capture = self._open_device(device, ring, changing=changing)
        except SourceUnavailable:
            if other is None:
                raise
            log.debug("The wanted microphone is away; %s is tried instead.", other.name)
            return self._open_device(other, ring), False
        self._wanted = stable_name(self._wanted, device)
        return capture, True

    def _other(self, devices: tuple[InputDevice, ...]) -> InputDevice | None:
        """The system's default, where that is not the wanted one."""
        found = next((device for device in devices if device.is_default), None)
        return None if found is None or is_meant(found, self._wanted) else found

    def _open_device(
        self, device: InputDevice, ring: Ring, *, changing: bool = False
    ) -> Capture | None:
        """A stream that has begun: if ``changing``, with more than one and the same value."""
        ring.interrupt()  # before the first sample of the new stream; nobody knows what is missing
        with self._asking():
            capture = Capture(device, ring)
        if self._begins(capture, changing=changing):
            return capture
        self._close(capture)
        if self._stop.is_set():
            return None
        raise SourceUnavailable(
            f'The microphone "{device.name}" opens but sends nothing.',
            "Plug it in again, or choose another in [audio] device.",
        )

    def _begins(self, capture: Capture, *, changing: bool) -> bool:
        """Whether its first block comes in time, and before the source is stopped."""
        comes = capture.wait_for_change if changing else capture.wait_for_sound
        deadline = time.monotonic() + (FIRST_CHANGE_S if changing else FIRST_BLOCK_S)
        while not comes(_LOOK_S):
            if self._stop.is_set() or time.monotonic() >= deadline:
                return False
        return True

    def _watch(self, capture: Capture, ring: Ring) -> None:
        """Listen until the stream is to be built anew, or the source is stopped.

        What counts is what reaches the ring: a device may be well and its resampler dead.
        """
        overflows, replaced, begun = self.overflows, self._replaced, ring.written
        try:
            while True:
                self.overflows = overflows + capture.overflows
                self._replaced = replaced + capture.replaced
                sight = Sight(
                    frames=ring.written - begun,
                    rate=SAMPLE_RATE,
                    zeros_s=capture.zeros_s,
                    lost=capture.overflows,
                    active=capture.active,
                )
                action = self._live.look(time.monotonic(), sight, self._slept_s())
                if action == "seek":
                    self._seeker.start(self._wanted, time.monotonic())
                self._report_heard(capture)
                if action == "reopen" or self._is_back() or self._stop.wait(_LOOK_S):
                    return
        finally:
            self._close(capture)
            ring.interrupt()  # so that what came last is heard before anybody is told of the loss
            self._live.closed(time.monotonic())
            self._report_closed()

    def _is_back(self) -> bool:
        """Whether the wanted device is there again, while another one is listened to."""
        if not self._seeker.found(time.monotonic()):
            return False
        log.info('The microphone "%s" is back.', self._wanted)
        return True

    def _slept_s(self) -> float:
        """How long the machine slept since this was last asked."""
        before, self._before = self._before, self._clocks()
        return slept_s(before, self._before)

    def _close(self, capture: Capture) -> None:
        with self._asking():
            capture.close()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """While the system is asked, and may hang: see :attr:`stuck_s`."""
        self._busy_ns = time.monotonic_ns()
        try:
            yield
        finally:
            self._busy_ns = 0

    def _report_unavailable(self, error: SourceUnavailable) -> None:
        wait_s = self._live.wait_s(time.monotonic())
        level = logging.WARNING if error.message != self._last_reason else logging.DEBUG
        log.log(level, "%s Trying again in %.1f s.", error, wait_s)
        self._last_reason = error.message
        self._report("unavailable", error.message, error.remedy, {"next_attempt_s": wait_s})

    def _report_closed(self) -> None:
        """A stream was lost; nothing is said of one that is only opened anew."""
        if self._live.stage != "recovering" or self._stop.is_set():
            return
        lost = (
            "The machine has slept." if self._live.cause == "slept" else "The microphone was lost."
        )
        self._report_unavailable(SourceUnavailable(lost, "Is it still connected?"))

    def _say_failed(self) -> None:
        part = self._health.part("source")
        log.error(
            "%s Nothing has been heard for a while; it is tried again and again.", part.reason
        )
        self._report(part.state, part.reason, part.remedy, dict(part.figures))

    def _report_heard(self, capture: Capture) -> None:
        reason, remedy = self._describe(capture)
        if reason != self._last_reason:
            self._last_reason = reason
            if self._live.stage != "healthy":
                log.warning("%s %s", reason, remedy)
        figures = {"rate": float(capture.rate), "channels": float(capture.channels)}
        if self._live.rate:
            figures["measured_rate"] = round(self._live.rate * capture.rate / SAMPLE_RATE)
        self._report(_STATES[self._live.stage], reason, remedy, figures)

    def _describe(self, capture: Capture) -> tuple[str, str]:
        """What the present stage means, and what to do about it."""
        match self._live.cause:
            case "muted or denied":
                remedy = _MAY_BE_FORBIDDEN if sys.platform == "darwin" else _MAY_BE_MUTED
                zeros = "sends nothing but exact zeros or one value: it is muted, denied or broken"
                return f"The microphone {capture.label} {zeros}.", remedy
            case "drift":
                return (
                    f"The microphone {capture.label} sends another number of samples a second.",
                    "Choose another rate for it in the system's sound settings, or another device.",
                )
            case "gaps":
                return (
                    f"Sound from the microphone {capture.label} comes with gaps.",
                    "Is the machine overloaded, or a Bluetooth microphone too far away?",
                )
            case "stalled" | "slept" | "absent":
                return "The microphone was lost.", "Is it still connected?"
        if self._live.stage == "failed_over":
            return (
                f'The microphone "{self._wanted}" is away: listening to {capture.label} instead.',
                "Connect it, or choose another in [audio] device.",
            )
        return capture.label, ""

    def _report(self, state: State, reason: str, remedy: str, figures: dict[str, float]) -> None:
        live = self._live
        counted = {
            "overflows": self.overflows,
            "replaced_samples": self._replaced,
            "reopened": max(0, self._captures - 1),
            "stalls": live.stalls,
            "gaps": live.gaps,
            "slept": live.slept,
        }
        self._health.report(
            "source", state, reason, remedy, counted | figures, stage=live.stage, cause=live.cause
        )
