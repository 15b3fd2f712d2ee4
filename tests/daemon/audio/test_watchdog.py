"""Microphones that misbehave in ways no virtual device can: behind a PortAudio that is scripted."""

import atexit
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soxr

from daemon.audio import microphone, portaudio, source
from daemon.audio.microphone import MicrophoneSource
from daemon.audio.ring import Ring
from daemon.health import Health, PartHealth, State

WAIT_S = 30.0
SOUND = np.full((160, 1), 0.25, np.float32)


class PortAudioError(Exception):
    """As sounddevice names it."""


class Stream:
    """One opened device; what it does is its script, in a thread as PortAudio's callbacks are."""

    def __init__(self, script: Callable[["Stream"], None], rate: int, callback: Any) -> None:
        self.blocksize = rate // 100
        self.active = True
        self.closed = threading.Event()
        self._callback = callback
        self._thread = threading.Thread(target=script, args=(self,))

    def start(self) -> None:
        self._thread.start()

    def close(self, *, ignore_errors: bool) -> None:
        self.closed.set()
        self._thread.join()

    def send(self, frames: np.ndarray) -> None:
        clock = SimpleNamespace(currentTime=0.0, inputBufferAdcTime=0.0)
        self._callback(frames, len(frames), clock, None)

    def goes_on(self, frames: np.ndarray) -> None:
        """The same block again and again, until it is closed."""
        while not self.closed.wait(0.01):
            self.send(frames)


class ScriptedPortAudio:
    """What distressd uses of the module sounddevice; each opening follows the next script."""

    PortAudioError = PortAudioError
    default = SimpleNamespace(device={"input": 0})
    _initialized = 0

    def __init__(self) -> None:
        self.scripts: list[Callable[[Any], None]] = []
        self.stream = Stream
        self.rate = 16_000
        self.opened = 0

    def _initialize(self) -> None:
        pass

    def _exit_handler(self) -> None:
        pass

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": "Scripted", "default_input_device": 0}]

    def query_devices(self) -> list[dict[str, Any]]:
        device = {"index": 0, "name": "Scripted", "hostapi": 0, "max_input_channels": 1}
        return [device | {"default_samplerate": self.rate}]

    def InputStream(self, *, samplerate: int, callback: Any, **_: Any) -> Stream:  # noqa: N802 - its name in sounddevice
        if samplerate != self.rate:
            raise PortAudioError("Invalid sample rate", portaudio.INVALID_SAMPLE_RATE)
        script = self.scripts[min(self.opened, len(self.scripts) - 1)]
        self.opened += 1
        return self.stream(script, samplerate, callback)


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> ScriptedPortAudio:
    scripted = ScriptedPortAudio()
    monkeypatch.setattr(portaudio, "load", lambda: scripted)
    return scripted


class Watched(Health):
    """Health whose changes can be awaited."""

    def __init__(self) -> None:
        super().__init__()
        self._changes: queue.SimpleQueue[PartHealth] = queue.SimpleQueue()
        self.listen(lambda _, health: self._changes.put(health))

    def wait_for(self, state: State) -> PartHealth:
        while (health := self._changes.get(timeout=WAIT_S)).state != state:
            pass
        return health


@contextmanager
def listening() -> Iterator[tuple[MicrophoneSource, Ring, Watched]]:
    ring, health = Ring(160_000), Watched()
    mic = MicrophoneSource("", health)
    mic.start(ring)
    try:
        yield mic, ring, health
    finally:
        mic.stop()


def one_block(stream: Stream) -> None:
    stream.send(SOUND)
    stream.active = False


def sound(stream: Stream) -> None:
    stream.goes_on(SOUND)


def test_a_microphone_that_was_opened_again_breaks_the_stream(device: ScriptedPortAudio) -> None:
    device.scripts = [lambda stream: (stream.send(SOUND), one_block(stream)), sound]
    ring, health = Ring(160_000), Watched()
    reader = ring.reader("test")
    mic = MicrophoneSource("", health)
    mic.start(ring)
    interrupted = []
    hop = np.empty(160, np.float32)
    for _ in range(4):
        assert reader.read(hop, WAIT_S) == 0
        interrupted.append(reader.interrupted)
    mic.stop()
    assert interrupted == [False, False, True, False]


def test_a_microphone_that_dies_at_once_is_waited_for_longer_each_time(
    device: ScriptedPortAudio,
) -> None:
    device.scripts = [one_block]
    with listening() as (_, _, health):
        waits = []
        for _ in range(2):
            health.wait_for("ok")
            waits.append(health.wait_for("unavailable").figures["next_attempt_s"])
    assert 0.5 <= waits[0] <= 1.0 <= waits[1] <= 1.5


def test_a_microphone_that_was_good_is_opened_again_at_once(
    device: ScriptedPortAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone, "GOOD_S", 0.0)
    device.scripts = [one_block]
    with listening() as (_, _, health):
        for _ in range(2):
            health.wait_for("ok")
            assert health.wait_for("unavailable").figures["next_attempt_s"] == 0


def test_a_device_that_answers_with_an_error_is_lost(device: ScriptedPortAudio) -> None:
    class Gone(Stream):
        @property
        def active(self) -> bool:
            raise PortAudioError("Invalid stream pointer")

        @active.setter
        def active(self, value: bool) -> None: ...

    device.stream = Gone
    device.scripts = [sound]
    with listening() as (mic, _, health):
        health.wait_for("ok")
        assert health.wait_for("unavailable").reason == "The microphone was lost."
    assert mic.error is None


def test_a_microphone_whose_resampler_died_is_opened_again(
    device: ScriptedPortAudio,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    die = iter((True, False))

    class Frail(soxr.ResampleStream):
        def resample_chunk(self, x: np.ndarray, last: bool = False) -> np.ndarray:
            if next(die, False):
                raise RuntimeError("no more")
            return super().resample_chunk(x, last)

    monkeypatch.setattr(soxr, "ResampleStream", Frail)
    device.rate = 48_000
    device.scripts = [lambda stream: stream.goes_on(np.full((480, 1), 0.25, np.float32))]
    with listening() as (_, ring, health):
        reader = ring.reader("test")
        assert health.wait_for("unavailable").reason == "The microphone was lost."
        assert health.wait_for("ok").figures["reopened"] == 1
        assert reader.read(np.empty(1_600, np.float32), WAIT_S) == 0
    assert "resampler died" in caplog.text


def test_a_device_whose_sound_reaches_nobody_is_lost(
    device: ScriptedPortAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = threading.Event()

    class Stuck(soxr.ResampleStream):
        def resample_chunk(self, x: np.ndarray, last: bool = False) -> np.ndarray:
            stuck.wait(WAIT_S)
            return super().resample_chunk(x, last)

    monkeypatch.setattr(soxr, "ResampleStream", Stuck)
    device.rate = 48_000
    device.scripts = [lambda stream: (stream.goes_on(np.zeros((480, 1), np.float32)), stuck.set())]
    with listening() as (_, _, health):
        health.wait_for("ok")
        assert health.wait_for("unavailable").reason == "The microphone was lost."


def test_exact_zeros_are_degraded_until_there_is_sound(
    device: ScriptedPortAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    degraded = threading.Event()
    zeros = np.zeros((160, 1), np.float32)
    faint = zeros.copy()
    faint[80] = 2**-15  # one bit of one sample

    def mute_at_first(stream: Stream) -> None:
        while not degraded.is_set() and not stream.closed.wait(0.001):
            stream.send(zeros)
        stream.goes_on(faint)

    monkeypatch.setattr(sys, "platform", "darwin")
    device.scripts = [mute_at_first]
    with listening() as (_, ring, health):
        found = health.wait_for("degraded")
        assert ring.written >= 3 * 16_000
        assert "zeros" in found.reason
        assert "Privacy" in found.remedy
        degraded.set()
        assert health.wait_for("ok").reason.startswith('"Scripted"')


def test_a_stop_does_not_wait_for_a_system_that_hangs(
    device: ScriptedPortAudio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    free = threading.Event()

    class Hanging(Stream):
        def close(self, *, ignore_errors: bool) -> None:
            assert free.wait(WAIT_S)
            super().close(ignore_errors=ignore_errors)

    monkeypatch.setattr(source, "PATIENCE_S", 0.1)
    monkeypatch.setitem(sys.modules, "sounddevice", device)
    at_no_exit: list[Any] = []
    monkeypatch.setattr(atexit, "unregister", at_no_exit.append)
    device.stream = Hanging
    device.scripts = [sound]
    with listening() as (_, ring, health):
        health.wait_for("ok")
    assert (ring.closed, ring.reason) == (True, "stopped")
    assert health.part("source").state == "ended"
    assert "does not answer" in caplog.text
    assert at_no_exit == [device._exit_handler], "PortAudio would hang again at the exit"
    (thread,) = (t for t in threading.enumerate() if t.name == "source-mic")
    free.set()
    thread.join(WAIT_S)
    assert not thread.is_alive()
    assert health.part("source").state == "ended"


def test_a_stop_ends_the_wait_for_a_first_sound(device: ScriptedPortAudio) -> None:
    opened = threading.Event()

    def nothing(stream: Stream) -> None:
        opened.set()
        stream.closed.wait(WAIT_S)

    device.scripts = [nothing]
    with listening() as (_, _, health):
        assert opened.wait(WAIT_S)
    assert health.part("source").state == "ended"
    assert not any(t.name == "source-mic" for t in threading.enumerate())
