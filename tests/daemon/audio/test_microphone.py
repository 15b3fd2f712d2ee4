"""The microphone, through real PortAudio and a virtual device."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.audio.capture import Capture
from daemon.audio.devices import choose, input_devices
from daemon.audio.liveness import Settings
from daemon.audio.microphone import MicrophoneSource
from daemon.audio.ring import Ring, RingReader
from daemon.health import Health, PartHealth, State

pytestmark = pytest.mark.microphone

WAIT_S = 60.0
RING = 60 * 16_000


class Watched(Health):
    """Health whose changes can be awaited."""

    def __init__(self) -> None:
        super().__init__()
        self._changes: queue.SimpleQueue[PartHealth] = queue.SimpleQueue()
        self.listen(lambda _, health: self._changes.put(health))

    def wait_for(self, state: State, reason: str = "") -> PartHealth:
        while True:
            health = self._changes.get(timeout=WAIT_S)
            if health.state == state and reason in health.reason:
                return health


@contextmanager
def listening(device: str, **options) -> Iterator[tuple[MicrophoneSource, Ring, Watched]]:
    ring, health = Ring(RING), Watched()
    source = MicrophoneSource(device, health, **options)
    source.start(ring)
    try:
        yield source, ring, health
    finally:
        source.stop()
    assert (ring.closed, ring.reason) == (True, "stopped")
    assert health.part("source").state == "ended"


def tone(hertz: float, seconds: float) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(16_000 * seconds)) / 16_000)


def hears(reader: RingReader, hertz: float) -> np.ndarray:
    """The first half second in which ``hertz`` is the loudest of all."""
    spectrum_of = np.empty(8_000, np.float32)
    for _ in range(40):
        assert reader.read(spectrum_of, WAIT_S) == 0
        spectrum = np.abs(np.fft.rfft(spectrum_of))
        if spectrum.max() > 1_000 and abs(int(spectrum.argmax()) * 2 - hertz) <= 2:
            return spectrum_of
    raise AssertionError(f"{hertz} Hz never came")


@contextmanager
def spoken_into(microphone, sink: str, path: Path) -> Iterator[None]:
    """``path`` is played to ``sink`` again and again."""
    enough = threading.Event()

    def speak() -> None:
        while not enough.is_set():
            microphone.play(path, sink)

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        yield
    finally:
        enough.set()
        speaker.join()


def test_what_is_played_is_heard(virtual_microphone, tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(700, 2), 16_000)
    with listening(virtual_microphone.device) as (source, ring, health):
        health.wait_for("ok")
        reader = ring.reader("test")
        virtual_microphone.play(path)
        heard = hears(reader, 700)
        assert 0.45 < np.abs(heard).max() < 0.55
        ring_ns, capture_ms = ring.stamp(reader.position)
        assert ring_ns <= time.monotonic_ns()
        assert capture_ms >= 0
        assert source.overflows == 0
        assert health.part("source").figures["rate"] == 16_000


def test_the_default_device_needs_no_name(virtual_microphone) -> None:
    with listening("") as (_, ring, health):
        health.wait_for("ok")
        assert ring.written > 0


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_a_device_of_another_rate_is_resampled(
    virtual_microphone, tmp_path: Path, rate: int
) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(700, 2), 16_000)
    ring = Ring(RING)
    reader = ring.reader("test")
    capture = Capture(choose(input_devices(), virtual_microphone.device), ring, (rate,))
    try:
        assert capture.rate == rate
        assert capture.wait_for_sound(WAIT_S)
        virtual_microphone.play(path)
        heard = hears(reader, 700)
        assert 0.45 < np.abs(heard).max() < 0.55
        # The resampler's own delay counts as time before the ring.
        assert ring.stamp(reader.position)[1] > 0
    finally:
        capture.close()
    assert capture.overflows == 0


def test_a_lost_microphone_is_said_and_comes_back(virtual_microphone, tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(1_100, 2), 16_000)
    with listening(virtual_microphone.device) as (_, ring, health):
        health.wait_for("ok")
        virtual_microphone.kill()
        assert health.wait_for("unavailable", "lost").remedy
        assert health.wait_for("unavailable", "no microphone").remedy
        before = ring.written
        assert not ring.closed
        virtual_microphone.start()
        assert health.wait_for("ok").figures["reopened"] == 1
        reader = ring.reader("test")
        assert reader.position >= before
        virtual_microphone.play(path)
        hears(reader, 1_100)


def test_one_and_the_same_value_is_as_mute_as_zeros(virtual_microphone, tmp_path: Path) -> None:
    path, constant = tmp_path / "constant.wav", 0.25
    soundfile.write(path, np.full(4 * 16_000, constant), 16_000)
    ring = Ring(RING)
    reader = ring.reader("test")
    block = np.zeros(1_600, np.float32)
    capture = Capture(choose(input_devices(), virtual_microphone.device), ring)
    player = threading.Thread(target=virtual_microphone.play, args=(path,))
    player.start()
    try:
        while not ((block == constant).all() and capture.zeros_s >= 1.0):
            assert player.is_alive(), f"no second of {constant}, or it passes for sound"
            assert reader.read(block, WAIT_S) == 0
    finally:
        capture.close()
        player.join()


def test_a_microphone_that_is_absent_at_the_start_is_waited_for(virtual_microphone) -> None:
    virtual_microphone.kill()
    with listening(virtual_microphone.device) as (_, ring, health):
        assert health.wait_for("unavailable").figures["next_attempt_s"] > 0
        assert ring.written == 0
        virtual_microphone.start()
        health.wait_for("ok")


def test_an_unknown_name_is_unavailable_and_names_what_there_is(virtual_microphone) -> None:
    with listening("Studio Display") as (_, _, health):
        found = health.wait_for("unavailable", '"Studio Display"')
        assert f'"{virtual_microphone.device}"' in found.reason
        assert "distressd devices" in found.remedy


def test_the_devices_are_listed(virtual_microphone) -> None:
    (device,) = (d for d in input_devices(probe=True) if d.name == virtual_microphone.device)
    assert (device.host_api, device.opens_at_16k) == ("ALSA", True)
    assert device.channels >= 1


@pytest.mark.slow
def test_the_default_stands_in_for_a_device_that_was_unplugged_until_it_is_back(
    virtual_microphone, tmp_path: Path, row
) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(900, 2), 16_000)
    bedside = virtual_microphone.bedside
    virtual_microphone.plug_in(bedside)
    # PulseAudio moves the stream to what is left, and that is silent: it is soon opened anew.
    settings = Settings(fail_over_s=1.0, first_seek_s=1.0, first_reopen_s=1.0)
    with listening(bedside, settings=settings) as (_, ring, health):
        assert health.wait_for("ok").stage == "healthy"
        virtual_microphone.plug_out(bedside)
        out_s = time.monotonic()
        assert health.wait_for("unavailable").stage == "recovering"
        noticed_s = time.monotonic() - out_s
        assert health.wait_for("degraded").stage == "failed_over"
        row("unplugged; another is heard after 1 s", noticed_s, time.monotonic() - out_s)
        reader = ring.reader("test")
        virtual_microphone.play(path)  # to the default
        hears(reader, 900)
        virtual_microphone.plug_in(bedside)
        in_s = time.monotonic()
        with spoken_into(virtual_microphone, bedside, path):
            found = health.wait_for("ok")
        assert found.stage == "healthy"
        assert f'"{bedside}"' in found.reason
        row("plugged in again; looked for after 1, 2, 4 … s", None, time.monotonic() - in_s)


def test_a_system_that_hangs_is_noticed_and_comes_back(virtual_microphone) -> None:
    """PulseAudio stopped in its tracks: frames stop, and closing the stream does not return."""
    silence = Settings(zeros_s=WAIT_S)  # nobody plays anything
    with listening(virtual_microphone.device, settings=silence) as (source, _, health):
        health.wait_for("ok")
        with virtual_microphone.frozen():
            assert health.wait_for("degraded").cause == "stalled"
            deadline = time.monotonic() + WAIT_S
            while source.stuck_s < 1.0 and health.part("source").state == "degraded":
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert health.wait_for("ok").stage == "healthy"
