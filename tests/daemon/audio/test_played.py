"""Sources that are played: files, standard input, the demonstration scene."""

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.audio.demo import DemoSource
from daemon.audio.file import FileSource
from daemon.audio.pace import play, whole_hops
from daemon.audio.played import Blocks, PlayedSource
from daemon.audio.recording import read_recording
from daemon.audio.ring import ENDED, Ring, Samples
from daemon.audio.stdin import StdinSource
from daemon.errors import RecordingError
from daemon.health import Health

Hear = Callable[..., tuple[np.ndarray, Ring]]


def noise(size: int) -> np.ndarray:
    return np.random.default_rng(3).uniform(-0.5, 0.5, size).astype(np.float32)


def test_a_file_is_the_same_at_any_pace_and_completes_its_last_hop(
    tmp_path: Path, hear: Hear
) -> None:
    path = tmp_path / "odd.wav"
    soundfile.write(path, noise(30_001), 44_100)
    whole = read_recording(path)
    assert len(whole) % 160
    health = Health()
    for pace in ("max", "realtime"):
        heard, ring = hear(FileSource(path, pace, health))
        np.testing.assert_array_equal(heard[: len(whole)], whole)
        assert len(heard) == -(-len(whole) // 160) * 160
        assert not heard[len(whole) :].any()
        assert (ring.closed, ring.reason) == (True, "")
        assert health.part("source").state == "ended"
        assert health.part("source").figures["duration_s"] == pytest.approx(30_001 / 44_100)


def test_a_long_file_waits_for_its_readers(tmp_path: Path, hear: Hear) -> None:
    path = tmp_path / "long.wav"
    sound = noise(400_000)
    soundfile.write(path, sound, 16_000, subtype="FLOAT")
    heard, _ = hear(FileSource(path, "max", Health()), 3_200)
    np.testing.assert_array_equal(heard, sound)


def test_a_bad_file_is_refused_at_the_start_and_shown_in_health(tmp_path: Path) -> None:
    health = Health()
    source = FileSource(tmp_path / "missing.wav", "max", health)
    with pytest.raises(RecordingError, match="does not exist"):
        source.start(Ring(16_000))
    assert isinstance(source.error, RecordingError)
    assert health.part("source").state == "failed"
    assert "does not exist" in health.part("source").reason
    assert health.part("source").remedy


def test_damage_on_the_way_ends_the_stream_with_its_reason(tmp_path: Path, hear: Hear) -> None:
    path = tmp_path / "damaged.flac"
    soundfile.write(path, noise(160_000), 16_000)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)
    health = Health()
    source = FileSource(path, "max", health)
    heard, ring = hear(source)
    assert len(heard)
    assert "is damaged" in ring.reason
    assert isinstance(source.error, RecordingError)
    assert health.part("source").state == "failed"
    assert health.part("source").reason == ring.reason


def test_real_pace_is_an_absolute_schedule() -> None:
    ring = Ring(16_000)
    started = time.monotonic_ns()
    assert play([np.zeros(1_000, np.float32)] * 4, ring, "realtime", threading.Event())
    assert ring.written == 4_000
    for hop in range(25):
        # Never early; how late depends on the machine.
        assert ring.stamp((hop + 1) * 160)[0] - started >= hop * 10_000_000


def test_at_real_pace_as_many_hops_come_at_once_as_are_asked_for() -> None:
    ring = Ring(16_000)
    reader = ring.reader("hop")
    asked = np.empty(480, np.float32)
    assert reader.read(asked, 0.0) is None
    assert ring.demand == 480
    started = time.monotonic_ns()
    assert play([np.zeros(1_000, np.float32)] * 4, ring, "realtime", threading.Event())
    stamps = [ring.stamp((hop + 1) * 160)[0] - started for hop in range(25)]
    # Each hop is stamped as if it had come alone, and none before it was due.
    for first in range(0, 24, 3):
        assert stamps[first + 1] - stamps[first] == stamps[first + 2] - stamps[first + 1] == 10**7
        assert stamps[first] >= first * 10**7
    impatient = ring.reader("impatient")
    assert ring.demand == 160
    impatient.close()
    assert ring.demand == 480 - 4_000 % 480


def test_where_pieces_end_is_for_the_reader_to_say() -> None:
    written: list[int] = []

    class Watched(Ring):
        def write(self, samples: Samples, *args: int | None, **options: bool) -> None:
            super().write(samples, *args, **options)
            written.append(self.written)

    ring = Watched(16_000)
    assert ring.reader("hop").read(np.empty(1_600, np.float32), 0.0) is None
    blocks = [np.zeros(2_400, np.float32), np.zeros(4_000, np.float32)]
    assert play(blocks, ring, "realtime", threading.Event())
    assert written == [1_600, 2_400, 3_200, 4_800, 6_400]


def test_who_asks_for_fewer_hops_while_the_source_rests_gets_them_next() -> None:
    written: list[int] = []

    class Watched(Ring):
        def wait_until_due(self, demand: int, timeout_s: float) -> bool:
            if len(written) == 1:
                assert reader.read(np.empty(160, np.float32), 0.0) == 0
            return super().wait_until_due(demand, timeout_s)

        def write(self, samples: Samples, *args: int | None, **options: bool) -> None:
            written.append(len(samples))
            super().write(samples, *args, **options)

    ring = Watched(16_000)
    reader = ring.reader("hop")
    assert reader.read(np.empty(1_600, np.float32), 0.0) is None
    assert play([np.zeros(4_000, np.float32)], ring, "realtime", threading.Event())
    assert written == [1_600] + [160] * 15


def test_a_stop_ends_playing_while_no_reader_makes_room(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, noise(160_000), 16_000)
    ring = Ring(16_000)
    ring.reader("asleep", lossless=True)
    health = Health()
    source = FileSource(path, "max", health)
    source.start(ring)
    source.stop()
    assert (ring.closed, ring.reason) == (True, "stopped")
    assert health.part("source").state == "ended"


def test_a_stop_does_not_wait_for_a_system_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, free = threading.Event(), threading.Event()

    class Hanging(PlayedSource):
        def open(self) -> Blocks:
            asked.set()
            assert free.wait(30)
            yield np.zeros(160, np.float32)

    monkeypatch.setattr("daemon.audio.source.PATIENCE_S", 0.1)
    ring, health = Ring(16_000), Health()
    source = Hanging("file", "/net/far.wav", "max", health)
    source.start(ring)
    assert asked.wait(30)
    source.stop()
    assert (ring.closed, ring.reason) == (True, "stopped")
    assert health.part("source").state == "ended"
    (thread,) = (t for t in threading.enumerate() if t.name == "source-file")
    free.set()
    thread.join(30)
    assert source.error is None
    assert (health.part("source").state, ring.written) == ("ended", 0)


@pytest.mark.parametrize("sizes", [[], [160], [1, 2, 3], [159, 2, 400, 0, 77], [320, 1]])
def test_whole_hops_keeps_every_sample_and_adds_only_zeros_at_the_end(sizes: list[int]) -> None:
    blocks = np.split(noise(sum(sizes)), np.cumsum(sizes)[:-1]) if sizes else []
    pieces = list(whole_hops(blocks))
    assert all(len(piece) % 160 == 0 for piece in pieces)
    joined = np.concatenate([np.empty(0, np.float32), *pieces])
    np.testing.assert_array_equal(joined[: sum(sizes)], noise(sum(sizes)))
    assert len(joined) - sum(sizes) == -sum(sizes) % 160
    assert not joined[sum(sizes) :].any()


def feed(write_end: int, *pieces: bytes) -> threading.Thread:
    def write() -> None:
        with os.fdopen(write_end, "wb", buffering=0) as pipe:
            for piece in pieces:
                pipe.write(piece)

    thread = threading.Thread(target=write)
    thread.start()
    return thread


@pytest.mark.parametrize("pace", ["max", "realtime"])
def test_raw_samples_come_through_whatever_the_pieces_are(hear: Hear, pace: str) -> None:
    pcm = np.random.default_rng(4).integers(-32_768, 32_768, 5_000).astype("<i2")
    data = pcm.tobytes()
    read_end, write_end = os.pipe()
    writer = feed(write_end, data[:1], data[1:4_000], data[4_000:4_003], data[4_003:], b"\x7f")
    health = Health()
    heard, ring = hear(StdinSource(pace, health, read_end))
    writer.join()
    os.close(read_end)
    np.testing.assert_array_equal(heard[:5_000], pcm.astype(np.float32) / 32_768)
    assert len(heard) == 5_120
    assert ring.reason == ""
    assert health.part("source").state == "ended"


def test_standard_input_is_read_from_a_real_pipe() -> None:
    program = (
        "import sys, numpy as np\n"
        "from daemon.audio.ring import ENDED, Ring\n"
        "from daemon.audio.open import open_source\n"
        "from daemon.health import Health\n"
        "ring = Ring(16_000)\n"
        "reader = ring.reader('test', lossless=True)\n"
        "source = open_source('stdin', 'max', '', Health())\n"
        "source.start(ring)\n"
        "hop, total = np.empty(160, np.float32), 0.0\n"
        "while reader.read(hop, 30) != ENDED:\n"
        "    total += float(hop.sum())\n"
        "source.stop()\n"
        "print(reader.position, total)\n"
        "assert not {'sounddevice', 'soundfile', 'torch'} & set(sys.modules)\n"
    )
    pcm = np.full(32_000, 16_384, "<i2").tobytes()
    done = subprocess.run(
        [sys.executable, "-c", program], input=pcm, capture_output=True, timeout=60, check=True
    )
    assert done.stdout.split() == [b"32000", b"16000.0"]


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "held no sound"), (b"RIFF" + bytes(100), "carries a sound file")],
)
def test_what_is_no_raw_sound_on_standard_input_is_said(hear: Hear, data: bytes, says: str) -> None:
    read_end, write_end = os.pipe()
    writer = feed(write_end, data)
    source = StdinSource("max", Health(), read_end)
    heard, ring = hear(source)
    writer.join()
    os.close(read_end)
    assert len(heard) == 0
    assert says in ring.reason
    assert isinstance(source.error, RecordingError)
    assert source.error.remedy


def test_a_terminal_is_no_sound() -> None:
    leader, terminal = os.openpty()
    with pytest.raises(RecordingError, match="is a terminal"):
        StdinSource("max", Health(), terminal).start(Ring(16_000))
    os.close(leader)
    os.close(terminal)


def test_a_stop_ends_the_wait_for_a_silent_pipe() -> None:
    read_end, write_end = os.pipe()
    ring = Ring(16_000)
    source = StdinSource("realtime", Health(), read_end)
    source.start(ring)
    source.stop()
    assert ring.reason == "stopped"
    os.close(read_end)
    os.close(write_end)


@pytest.mark.parametrize("begun", [True, False])
def test_a_pipe_that_stands_still_is_said_and_goes_on(begun: bool) -> None:
    health = Health()
    changes: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    health.listen(lambda _, part: changes.put((part.state, part.reason)))
    read_end, write_end = os.pipe()
    ring = Ring(16_000)
    reader = ring.reader("test")
    source = StdinSource("realtime", health, read_end)
    source.start(ring)
    assert changes.get(timeout=30)[0] == "starting"
    if begun:
        os.write(write_end, bytes(320))
        assert changes.get(timeout=30) == ("ok", "Standard input")
    assert changes.get(timeout=30) == ("unavailable", "Standard input sends nothing.")
    assert health.part("source").remedy
    os.write(write_end, bytes(320))
    assert changes.get(timeout=30) == ("ok", "Standard input")
    assert reader.read(np.empty(320 if begun else 160, np.float32), 30) == 0
    os.close(write_end)
    assert changes.get(timeout=30) == ("ended", "")
    source.stop()
    os.close(read_end)
    assert source.error is None


def test_the_scene_goes_round_at_real_pace() -> None:
    scene = pytest.importorskip("daemon.audio.scene", reason="the scene cannot be imported")
    expected = scene.render()
    ring = Ring(16_000)
    reader = ring.reader("test", lossless=True)
    health = Health()
    source = DemoSource(health)
    source.start(ring)
    heard = np.empty(1_600, np.float32)
    assert reader.read(heard, 30) == 0
    assert health.part("source").state == "ok"
    source.stop()
    np.testing.assert_array_equal(heard, expected[:1_600])
    while (lost := reader.read(heard, 30)) != ENDED:
        assert lost == 0
    assert ring.reason == "stopped"
