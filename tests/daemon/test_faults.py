"""The fault table of docs/reliability.md, with a real daemon and a real subscriber.

``python -m pytest tests/daemon/test_faults.py tests/daemon/language/test_faults.py -s`` prints
its rows.
"""

import queue
import threading
import time
from contextlib import ExitStack, contextmanager, suppress

import numpy as np
import pytest

from daemon.audio.asleep import Moment
from daemon.audio.liveness import Settings
from daemon.audio.microphone import MicrophoneSource
from daemon.audio.recording import read_recording
from daemon.audio.ring import Ring
from daemon.bench.kill import bench_kill
from daemon.bench.load import bench_load
from daemon.bench.worker_kill import bench_worker_kill
from daemon.health import Health
from daemon.store.database import FILE

PATIENCE_S = 120.0


class Watch:
    """A subscriber that waits for changes of the source or the store."""

    def __init__(self, subscriber):
        self.subscriber = subscriber
        self.now = subscriber.receive()

    def wait_for(self, part, **wanted):
        """Seconds until ``part`` has what is ``wanted``."""
        began = time.monotonic()
        while True:
            message = self.now
            status = message.get("status") if message["type"] == part else None
            status = status or message.get(part)
            if status and all(status[name] == value for name, value in wanted.items()):
                return time.monotonic() - began
            self.now = self.subscriber.receive()


@pytest.mark.slow
@pytest.mark.microphone
def test_a_microphone_through_everything_that_happens_to_one(
    virtual_microphone, start_daemon, scene_recording, row
):
    virtual_microphone.kill()
    device = virtual_microphone.device
    with ExitStack() as stack:
        began = time.monotonic()
        daemon = start_daemon("mic", settings=f'[audio]\ndevice = "{device}"\n')
        watch = Watch(stack.enter_context(daemon.subscribe()))
        watch.wait_for("source", state="unavailable", liveness="recovering")
        noticed_s = time.monotonic() - began
        virtual_microphone.start()
        row("absent at the start", noticed_s, watch.wait_for("source", liveness="healthy"))

        # Nobody plays anything: PulseAudio's null sink sends exact zeros.
        noticed_s = watch.wait_for("source", liveness="alarmed", cause="muted or denied")
        stack.enter_context(humming(virtual_microphone))
        row("exact zeros", noticed_s, watch.wait_for("source", liveness="healthy"))
        with virtual_microphone.frozen():
            noticed_s = watch.wait_for("source", liveness="alarmed", cause="stalled")
        row("frames stop", noticed_s, watch.wait_for("source", liveness="healthy"))

        virtual_microphone.plug_out(virtual_microphone.sink)
        noticed_s = watch.wait_for("source", liveness="recovering")
        virtual_microphone.plug_in(virtual_microphone.sink)
        row("device gone and back", noticed_s, watch.wait_for("source", liveness="healthy"))

        virtual_microphone.play(scene_recording)
        assert watch.subscriber.alerts("raised")[-1]["source"] == "mic"
        assert daemon.process.poll() is None
    assert daemon.stop() == 0
    assert "Traceback" not in daemon.log.read_text()


@contextmanager
def humming(microphone):
    """A tone too faint to open the gate, until its player is gone."""
    tone = (200 * np.sin(np.arange(16_000) / 20)).astype("<i2").tobytes()
    player = microphone.player()

    def write():
        with suppress(BrokenPipeError):
            while True:
                player.stdin.write(tone)
                player.stdin.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        player.kill()
        player.wait()
        writer.join()
        with suppress(BrokenPipeError):
            player.stdin.close()


@pytest.mark.slow
@pytest.mark.microphone
def test_a_sound_server_that_hangs(virtual_microphone, start_daemon, monkeypatch, row):
    """The patience of 20 s is 2 s here."""
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    daemon = start_daemon(
        "mic",
        settings=f'[audio]\ndevice = "{virtual_microphone.device}"\n',
        fault="impatient",
    )
    with daemon.subscribe() as subscriber:
        Watch(subscriber).wait_for("source", liveness="healthy")
    with virtual_microphone.frozen():
        frozen_s = time.monotonic()
        daemon.until(lambda: "The daemon starts itself anew" in daemon.log.read_text())
        noticed_s = time.monotonic() - frozen_s
    thawed_s = time.monotonic()
    daemon.until(lambda: daemon.log.read_text().count("Listening to") > 1)
    row("the sound server hangs for good", noticed_s, time.monotonic() - thawed_s)
    assert daemon.stop() == 0


@pytest.mark.microphone
def test_an_hour_of_sleep(virtual_microphone, row):
    asleep, changes = [0.0], queue.SimpleQueue()
    health = Health()
    health.listen(lambda _, part: changes.put((time.monotonic(), part.stage, part.cause)))
    ring = Ring(160_000)
    source = MicrophoneSource(
        virtual_microphone.device,
        health,
        settings=Settings(zeros_s=PATIENCE_S),  # nobody plays anything
        clocks=lambda: Moment(0.0, 0.0, asleep[0]),
    )

    def wait_for(stage, cause=""):
        while True:
            at_s, *now = changes.get(timeout=PATIENCE_S)
            if now == [stage, cause]:
                return at_s

    source.start(ring)
    try:
        wait_for("healthy")
        woke_s = time.monotonic()
        asleep[0] = 3_600.0
        noticed_s = wait_for("alarmed", "slept") - woke_s
        recovered_s = wait_for("healthy") - woke_s - noticed_s
        reader = ring.reader("test")
        assert reader.read(np.empty(1_600, np.float32), PATIENCE_S) == 0, "it really delivers"
    finally:
        source.stop()
    row("an hour of sleep", noticed_s, recovered_s)


def test_a_disk_that_fills_up_under_a_daemon(small_disk, start_daemon, scene_recording, row):
    daemon = start_daemon("stdin", state=small_disk.folder)
    with daemon.subscribe() as subscriber:
        watch = Watch(subscriber)
        small_disk.fill()
        daemon.hear(scene_recording)
        watch.wait_for("store", state="degraded")
        small_disk.free()
        recovered_s = watch.wait_for("store", state="ok")
        epoch = daemon_epoch(daemon)
    with daemon.subscribe(since=0, epoch=epoch) as subscriber:
        subscriber.receive()
        assert subscriber.alerts("raised")[0]["durable"], "written after all"
    row("disk full", 0.0, recovered_s)


def test_a_store_that_is_damaged_at_the_start(start_daemon, row):
    daemon = start_daemon("stdin")
    epoch = daemon_epoch(daemon)
    assert daemon.stop() == 0
    (daemon.state / FILE).write_bytes(b"this is no store" * 1_000)
    began = time.monotonic()
    again = start_daemon("stdin", state=daemon.state)
    with again.subscribe() as subscriber:
        snapshot = subscriber.receive()
    assert "was damaged and is set aside in" in snapshot["store"]["reason"]
    assert snapshot["epoch"] != epoch
    assert list(daemon.state.glob("damaged-*"))
    row("store damaged", time.monotonic() - began, 0.0)


@pytest.mark.slow
def test_kill_9_at_random_moments(scene_recording, monkeypatch, row):
    """Two here, late enough for alerts on any machine; ``distressd bench kill`` does many."""
    monkeypatch.setattr("daemon.bench.kill.LATEST_S", 20.0)
    figures = bench_kill([read_recording(scene_recording)], 2, 7, lambda _: None)
    assert (figures["lost"], figures["repeated"], figures["disordered"]) == (0, 0, 0)
    assert figures["seen"] > 0
    row("kill -9", 0.0, figures["recover_ms"]["p50"] / 1e3, figures["lost"])


@pytest.mark.slow
def test_kill_9_of_the_language_worker(scene_recording, language_models, row):
    """Two here; ``distressd bench kill --worker`` does many."""
    figures = bench_worker_kill([read_recording(scene_recording)], 2, 7, lambda _: None)
    for wrong in ("lost", "repeated", "disordered", "hops_lost", "left_behind", "twice", "untold"):
        assert figures[wrong] == 0, figures
    assert figures["alerts"] > 0
    assert figures["answered"] > 0
    noticed_s, recovered_s = (figures[f"{what}_ms"]["p50"] / 1e3 for what in ("notice", "recover"))
    row("the language worker killed", noticed_s, recovered_s, figures["lost"])


@pytest.mark.slow
def test_two_hundred_subscribers_of_whom_forty_misbehave(scene_recording, row):
    """A fifth: 20 never read, and 20 send rubbish."""
    began = time.monotonic()
    figures = bench_load([read_recording(scene_recording)], 200, 3, lambda *_: None, misbehaving=40)
    assert (figures["healthy"], figures["lost"]) == (160, 0)
    assert figures["alerts"] >= 3
    worst_s = figures["fanout_ms"]["max"] / 1e3
    row(
        f"200 subscribers, 20 never read, 20 send rubbish, for {time.monotonic() - began:.0f} s",
        None,
        worst_s,
        figures["lost"],
    )


def daemon_epoch(daemon):
    with daemon.subscribe() as subscriber:
        return subscriber.receive()["epoch"]
