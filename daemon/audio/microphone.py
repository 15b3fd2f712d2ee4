"""The microphone as the source: opened, watched, and opened again whenever it was lost."""

import logging
import sys
import threading
import time

from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_when_event_set,
    wait_exponential,
    wait_random,
)

from daemon.audio import portaudio
from daemon.audio.capture import Capture
from daemon.audio.devices import choose, input_devices
from daemon.audio.ring import Ring
from daemon.audio.source import end
from daemon.errors import DistressdError, SourceError, SourceUnavailable
from daemon.health import Health
from daemon.wire.base import SourceName

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 30.0  # between two attempts to open a microphone
GOOD_S = 10.0  # of sound; a microphone lost sooner is waited for longer and longer
ZEROS_S = 3.0  # of exact zeros; a device may begin with some
_FIRST_WAIT_S = 0.5
_JITTER_S = 0.5
_FIRST_BLOCK_S = 3.0  # a Bluetooth headset takes its time to begin
_LOOK_S = 0.25
_SILENT_LOOKS = 4  # looks in a row without new samples: one second, and lost
_MAY_BE_MUTED = "Is it muted, by a switch of its own or in the system's sound settings?"
_MAY_BE_FORBIDDEN = (
    "Allow it in System Settings, Privacy & Security, Microphone, for the program that starts"
    " distressd; or is it muted?"
)


class MicrophoneSource:
    """Listens to a microphone for as long as it runs.

    A microphone that is absent, busy or lost is not an error: health says so, and it is tried
    again, with waits that grow to half a minute. Sample time stands still meanwhile.

    Args:
        device: which one (see :func:`daemon.audio.devices.choose`).
        health: where its state is reported.

    Attributes:
        overflows: how often sound was lost before the ring.
        error: why the stream ended, if it did not end by itself.
    """

    name: SourceName = "mic"
    live = True

    def __init__(self, device: str, health: Health) -> None:
        self.overflows = 0
        self.error: DistressdError | None = None
        self._device = device
        self._health = health
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._ring: Ring | None = None
        self._captures = 0
        self._replaced = 0
        self._attempted = False
        self._last_reason = ""
        self._last_mute = ""

    def start(self, ring: Ring) -> None:
        """Begin to look for the microphone, and to listen."""
        self._ring = ring
        self._health.report("source", "starting")
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
                self._try_until_good(ring)
            self._health.report("source", "ended", reason)
        except Exception as error:
            log.exception("The microphone broke off by a mistake in distressd.")
            reason = f"The microphone broke off: {error}."
            self.error = SourceError(reason)
            self._health.report("source", "failed", reason)
        finally:
            ring.close(reason)

    def _try_until_good(self, ring: Ring) -> None:
        """Try it with growing waits, until one attempt was good or the source is stopped."""
        retrying = Retrying(
            retry=retry_if_exception_type(SourceUnavailable),
            wait=wait_exponential(multiplier=_FIRST_WAIT_S, max=LONGEST_WAIT_S)
            + wait_random(0, _JITTER_S),
            stop=stop_when_event_set(self._stop),
            sleep=sleep_using_event(self._stop),
            before_sleep=self._report_failure,
        )
        try:
            retrying(self._listen, ring)
        except RetryError:
            log.debug("Stopped before the microphone was there.")

    def _listen(self, ring: Ring) -> None:
        """Open it, and listen until it is lost after a good while or the source is stopped.

        Raises:
            SourceUnavailable: it does not open, or was lost so soon that it is to be waited for.
        """
        capture = self._open(ring)
        if capture is None:
            return
        began = time.monotonic()
        if not self._watch(capture, ring):
            return
        lost = SourceUnavailable("The microphone was lost.", "Is it still connected?")
        if time.monotonic() - began < GOOD_S:
            raise lost
        self._report_unavailable(lost, 0.0)

    def _open(self, ring: Ring) -> Capture | None:
        if self._stop.is_set():
            return None
        if self._attempted:
            portaudio.refresh()  # what was plugged in since is seen only so
        self._attempted = True
        device = choose(input_devices(), self._device)
        ring.interrupt()  # before the first sample of the new stream; nobody knows what is missing
        capture = Capture(device, ring)
        if not self._begins(capture):
            capture.close()
            if self._stop.is_set():
                return None
            raise SourceUnavailable(
                f'The microphone "{device.name}" opens but sends nothing.',
                "Plug it in again, or choose another in [audio] device.",
            )
        self._captures += 1
        self._last_reason = ""
        log.info("Listening to %s.", capture.label)
        return capture

    def _begins(self, capture: Capture) -> bool:
        """Whether its first block comes in time, and before the source is stopped."""
        deadline = time.monotonic() + _FIRST_BLOCK_S
        while not capture.wait_for_sound(_LOOK_S):
            if self._stop.is_set() or time.monotonic() >= deadline:
                return False
        return True

    def _report_failure(self, attempt: RetryCallState) -> None:
        error = attempt.outcome.exception() if attempt.outcome else None
        wait_s = attempt.next_action.sleep if attempt.next_action else 0.0
        if isinstance(error, SourceUnavailable):
            self._report_unavailable(error, wait_s)

    def _report_unavailable(self, error: SourceUnavailable, wait_s: float) -> None:
        level = logging.WARNING if error.message != self._last_reason else logging.DEBUG
        log.log(level, "%s Trying again in %.1f s.", error, wait_s)
        self._last_reason = error.message
        self._health.report(
            "source",
            "unavailable",
            error.message,
            error.remedy,
            {"overflows": self.overflows, "next_attempt_s": wait_s},
        )

    def _watch(self, capture: Capture, ring: Ring) -> bool:
        """Whether ``capture`` was lost, when it is; False once the source is stopped.

        What counts is what reaches the ring: a device may be well and its resampler dead.
        """
        overflows, replaced = self.overflows, self._replaced
        seen, silent = ring.written, 0
        said: tuple[bool, dict[str, float]] = (False, {})
        try:
            while True:
                self.overflows = overflows + capture.overflows
                self._replaced = replaced + capture.replaced
                now = capture.zeros_s >= ZEROS_S, self._figures(capture)
                if now != said:
                    self._report_heard(capture, *now)
                    said = now
                if self._stop.wait(_LOOK_S):
                    return False
                written = ring.written
                silent = silent + 1 if written == seen else 0
                seen = written
                if silent >= _SILENT_LOOKS or not capture.active:
                    return True
        finally:
            capture.close()

    def _report_heard(self, capture: Capture, mute: bool, figures: dict[str, float]) -> None:
        if not mute:
            self._health.report("source", "ok", capture.label, figures=figures)
            return
        reason = f"The microphone {capture.label} sends nothing but exact zeros."
        remedy = _MAY_BE_FORBIDDEN if sys.platform == "darwin" else _MAY_BE_MUTED
        # Some devices suppress noise so well that they do so whenever it is quiet: told once.
        level = logging.WARNING if reason != self._last_mute else logging.DEBUG
        log.log(level, "%s %s Listening goes on.", reason, remedy)
        self._last_mute = reason
        self._health.report("source", "degraded", reason, remedy, figures)

    def _figures(self, capture: Capture) -> dict[str, float]:
        return {
            "overflows": self.overflows,
            "replaced_samples": self._replaced,
            "reopened": self._captures - 1,
            "rate": capture.rate,
            "channels": capture.channels,
        }
