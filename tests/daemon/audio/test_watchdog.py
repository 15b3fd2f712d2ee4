"""Microphones that misbehave in ways no virtual device can: behind a PortAudio that is scripted."""

import atexit
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soxr

from daemon.audio import microphone, portaudio, seek, source
from daemon.audio.asleep import Moment
from daemon.audio.liveness import Settings
from daemon.audio.microphone import MicrophoneSource
from daemon.audio.ring import Ring
from daemon.audio.seek import Seeker
from daemon.health import Health, PartHealth, State

WAIT_S = 60.0
SOUND = np.linspace(0.2, 0.3, 160, dtype=np.float32)[:, None]


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
        self.channels = 1
        self.opened = 0
        self.names = ["Scripted"]
        self.asked_for: list[str] = []

    def _initialize(self) -> None:
        pass

    def _exit_handler(self) -> None:
        pass

    def query_hostapis(self) -> list[dict[str, Any]]:
        return [{"name": "Scripted", "default_input_device": 0}]

    def query_devices(self) -> list[dict[str, Any]]:
        device = {
            "hostapi": 0,
            "max_input_channels": self.channels,
            "default_samplerate": self.rate,
        }
        return [device | {"index": i, "name": name} for i, name in enumerate(self.names)]

    def InputStream(self, *, device: int, samplerate: int, callback: Any, **_: Any) -> Stream:  # noqa: N802 - its name in sounddevice
        if samplerate != self.rate:
            raise PortAudioError("Invalid sample rate", portaudio.INVALID_SAMPLE_RATE)
        self.asked_for.append(self.names[device])
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

    def wait_next(self) -> PartHealth:
        return self._changes.get(timeout=WAIT_S)

    def wait_for(self, state: State) -> PartHealth:
        while (health := self._changes.get(timeout=WAIT_S)).state != state:
            pass
        return health


@contextmanager
def listening(wanted: str = "", **options: Any) -> Iterator[tuple[MicrophoneSource, Ring, Watched]]:
    ring, health = Ring(160_000), Watched()
    mic = MicrophoneSource(wanted, health, **options)
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


def stuck_at(value: float) -> Callable[[Stream], None]:
    return lambda stream: stream.goes_on(np.full((160, 1), value, np.float32))


def test_a_microphone_that_was_opened_again_breaks_the_stream(device: ScriptedPortAudio) -> None:
    device.scripts = [lambda stream: (stream.send(SOUND), one_block(stream)), sound]
    ring, health = Ring(160_000), Watched()
    reader = ring.reader("test")
    mic = MicrophoneSource("", health)
    mic.start(ring)
    breaks = []
    hop = np.empty(160, np.float32)
    for _ in range(4):
        assert reader.read(hop, WAIT_S) == 0
        breaks.append(reader.breaks)
    mic.stop()
    assert breaks == [(), (), (320,), ()]


def test_the_last_hop_of_a_lost_stream_is_whole_before_the_loss_is_told(
    device: ScriptedPortAudio,
) -> None:
    def half_a_hop(stream: Stream) -> None:
        stream.send(SOUND)
        stream.send(SOUND[:80])
        stream.active = False

    device.scripts = [half_a_hop]
    ring, health = Ring(160_000), Watched()
    written: list[int] = []
    health.listen(lambda _, part: written.extend([ring.written] * (part.state == "unavailable")))
    mic = MicrophoneSource("", health)
    mic.start(ring)
    health.wait_for("unavailable")
    mic.stop()
    assert written[0] == 320


def test_a_microphone_that_dies_at_once_is_waited_for_longer_each_time(
    device: ScriptedPortAudio,
) -> None:
    device.scripts = [one_block]
    with listening() as (_, _, health):
        waits = []
        for _ in range(2):
            health.wait_for("ok")
            waits.append(health.wait_for("unavailable").figures["next_attempt_s"])
    assert waits[0] <= 0.5
    assert waits[0] < waits[1] <= 1.0


def test_a_microphone_that_was_good_is_opened_again_at_once(device: ScriptedPortAudio) -> None:
    device.scripts = [one_block]
    with listening(settings=Settings(good_s=0.0)) as (_, _, health):
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
    with listening(settings=Settings(stall_s=WAIT_S)) as (_, ring, health):
        found = health.wait_for("degraded")
        assert ring.written >= 2.5 * 16_000
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


def test_another_device_stands_in_until_the_wanted_one_is_back(
    device: ScriptedPortAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = threading.Event()
    monkeypatch.setattr(Seeker, "start", lambda *_: None)
    # Found once: what is listened to then is not sought.
    monkeypatch.setattr(
        Seeker, "found", lambda *_: back.is_set() and device.asked_for[-1] == "Built-in"
    )
    device.names = ["Built-in"]
    device.scripts = [sound]
    settings = Settings(fail_over_s=0.5, first_wait_s=0.1, first_seek_s=0.1, stall_s=WAIT_S)
    with listening("bedroom", settings=settings) as (_, _, health):
        found = health.wait_for("degraded")
        assert (found.stage, found.cause) == ("failed_over", "")
        assert '"bedroom" is away: listening to "Built-in"' in found.reason
        device.names = ["Built-in", "Bedroom USB"]
        back.set()
        assert health.wait_for("ok").stage == "healthy"
        assert device.asked_for == ["Built-in", "Bedroom USB"]


@pytest.mark.parametrize("value", [0.0, 0.25])
def test_a_wanted_device_that_is_mute_is_not_back_while_another_one_hears(
    device: ScriptedPortAudio, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    looks = iter((True,))
    back = threading.Event()
    monkeypatch.setattr(Seeker, "start", lambda *_: None)
    monkeypatch.setattr(Seeker, "found", lambda *_: back.is_set() and next(looks, False))
    monkeypatch.setattr(microphone, "FIRST_CHANGE_S", 0.5)
    device.names = ["Built-in"]
    device.scripts = [sound, stuck_at(value), sound]
    settings = Settings(fail_over_s=0.5, first_wait_s=0.1, stall_s=WAIT_S)
    with listening("bedroom", settings=settings) as (_, ring, health):
        assert health.wait_for("degraded").stage == "failed_over"
        device.names = ["Built-in", "Bedroom USB"]
        back.set()
        deadline = time.monotonic() + WAIT_S
        while device.opened < 3:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert device.asked_for == ["Built-in", "Bedroom USB", "Built-in"]
        reader = ring.reader("test")
        hop = np.empty(160, np.float32)
        assert reader.read(hop, WAIT_S) == 0
        assert health.part("source").stage == "failed_over"


def test_a_wanted_device_that_is_still_is_heard_where_the_other_one_is_gone_as_well(
    device: ScriptedPortAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It suppresses noise so well that it sends zeros whenever it is quiet."""
    cries = threading.Event()

    def for_a_while(stream: Stream) -> None:
        for _ in range(20):
            stream.send(SOUND)
        stream.active = False

    def sends_nothing(stream: Stream) -> None:
        stream.closed.wait(WAIT_S)

    def still(stream: Stream) -> None:
        while not stream.closed.wait(0.01):
            stream.send(SOUND if cries.is_set() else np.zeros((160, 1), np.float32))

    monkeypatch.setattr(Seeker, "start", lambda *_: None)
    monkeypatch.setattr(microphone, "FIRST_CHANGE_S", 0.3)
    monkeypatch.setattr(microphone, "FIRST_BLOCK_S", 0.3)
    device.names = ["Built-in"]
    device.scripts = [for_a_while, *(still, sends_nothing) * 9]
    settings = Settings(fail_over_s=0.5, first_wait_s=0.1, stall_s=WAIT_S)
    with listening("bedroom", settings=settings) as (_, _, health):
        assert health.wait_for("degraded").stage == "failed_over"
        device.names = ["Built-in", "Bedroom USB"]
        health.wait_for("unavailable")
        while (found := health.wait_next()).state != "degraded":
            assert device.opened < 12, "they are tried in turn, and neither is listened to"
        assert "Bedroom USB" in found.reason
        assert found.cause == "muted or denied"
        asked = device.opened
        cries.set()
        assert health.wait_for("ok").stage == "healthy"
        assert device.opened == asked


@pytest.mark.parametrize(("value", "found"), [(0.0, False), (0.25, False), (None, True)])
def test_a_device_that_is_sought_is_there_when_it_sends_more_than_one_value(
    device: ScriptedPortAudio, monkeypatch: pytest.MonkeyPatch, value: float | None, found: bool
) -> None:
    def mute_at_first(stream: Stream) -> None:
        for _ in range(10):
            stream.send(np.zeros((160, 1), np.float32))
        stream.goes_on(SOUND)

    monkeypatch.setattr(seek, "FIRST_CHANGE_S", WAIT_S if found else 0.2)
    device.scripts = [mute_at_first if value is None else stuck_at(value)]
    assert seek.delivers("Scripted") is found


def test_a_device_named_by_number_is_kept_by_its_name(device: ScriptedPortAudio) -> None:
    device.names = ["Built-in", "Bedroom USB"]
    device.scripts = [one_block, sound]
    with listening("1") as (_, _, health):
        health.wait_for("ok")
        device.names = ["Bedroom USB", "Another", "Built-in"]
        health.wait_for("unavailable")
        health.wait_for("ok")
    assert device.asked_for == ["Bedroom USB", "Bedroom USB"]


def test_after_a_sleep_the_stream_is_built_anew(device: ScriptedPortAudio) -> None:
    asleep = [0.0]
    device.scripts = [sound]

    def clocks() -> Moment:
        return Moment(0.0, 0.0, asleep[0])

    with listening(clocks=clocks, settings=Settings(stall_s=WAIT_S)) as (_, ring, health):
        reader = ring.reader("test")
        health.wait_for("ok")
        asleep[0] = 3_600.0
        found = health.wait_for("unavailable")
        assert (found.stage, found.cause) == ("recovering", "slept")
        found = health.wait_for("ok")
        assert (found.figures["slept"], found.figures["reopened"]) == (1, 1)
        hop = np.empty(160, np.float32)
        while not reader.breaks:
            assert reader.read(hop, WAIT_S) == 0


@pytest.mark.parametrize("step_s", [3_600.0, -3_600.0])
def test_a_clock_that_is_set_touches_no_stream(device: ScriptedPortAudio, step_s: float) -> None:
    wall = [0.0]
    asked = threading.Semaphore(0)
    device.scripts = [sound]

    def clocks() -> Moment:
        asked.release()
        return Moment(0.0, wall[0], 0.0)

    with listening(clocks=clocks, settings=Settings(stall_s=WAIT_S)) as (_, _, health):
        health.wait_for("ok")
        wall[0] += step_s
        for _ in range(6):
            assert asked.acquire(timeout=WAIT_S)
        part = health.part("source")
        assert (part.stage, part.figures["reopened"], part.figures["slept"]) == ("healthy", 0, 0)


def test_a_mute_stream_is_opened_anew_without_a_word(device: ScriptedPortAudio) -> None:
    zeros = np.zeros((160, 1), np.float32)
    device.scripts = [lambda stream: stream.goes_on(zeros)] * 2 + [sound]
    settings = Settings(zeros_s=0.1, first_reopen_s=0.5, stall_s=WAIT_S)
    with listening(settings=settings) as (_, _, health):
        found = health.wait_for("degraded")
        assert (found.stage, found.cause) == ("alarmed", "muted or denied")
        found = health.wait_next()
        assert (found.state, found.stage) == ("ok", "healthy")
        assert found.figures["reopened"] == 2


@pytest.mark.parametrize("value", [0.0, 0.25, -1.0])
def test_a_mute_that_lasts_has_failed(device: ScriptedPortAudio, value: float) -> None:
    device.scripts = [lambda stream: stream.goes_on(np.full((160, 1), value, np.float32))]
    with listening(settings=Settings(zeros_s=0.1, lasting_zeros_s=0.5, stall_s=WAIT_S)) as (
        _,
        _,
        health,
    ):
        assert health.wait_for("degraded").stage == "alarmed"
        found = health.wait_for("unavailable")
        assert (found.stage, found.cause) == ("failed", "muted or denied")


def test_a_channel_that_is_upside_down_is_heard_and_said(device: ScriptedPortAudio) -> None:
    voice = np.sin(2 * np.pi * np.arange(160) / 80, dtype=np.float32)[:, None]
    device.channels = 2
    device.scripts = [lambda stream: stream.goes_on(np.hstack([voice, -voice]))]
    with listening(settings=Settings(stall_s=WAIT_S)) as (_, ring, health):
        reader = ring.reader("test")
        while "one of them inverted" not in health.wait_next().reason:
            pass
        assert health.part("source").stage == "healthy"
        hop = np.zeros(160, np.float32)
        while np.abs(hop).max() < 0.99:
            assert reader.read(hop, WAIT_S) is not None


def test_a_system_that_hangs_is_seen_from_outside(device: ScriptedPortAudio) -> None:
    free = threading.Event()

    class Hanging(Stream):
        def close(self, *, ignore_errors: bool) -> None:
            free.wait(WAIT_S)
            super().close(ignore_errors=ignore_errors)

    device.stream = Hanging
    device.scripts = [one_block]
    with listening() as (mic, _, health):
        found = health.wait_for("degraded")
        assert (found.stage, found.cause) == ("alarmed", "stalled")
        deadline = time.monotonic() + WAIT_S
        while mic.stuck_s == 0:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        free.set()
        health.wait_for("unavailable")
        assert mic.stuck_s < WAIT_S
