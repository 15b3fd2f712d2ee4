"""From the last sample of the deciding hop in the ring to an alert in a subscriber's hands.

Recorded events are played at real pace through a real daemon (gate, network, fusion, store,
socket); the subscriber is this process, another one than the daemon. The time of an alert is
what the daemon says of its own stages up to the decision, plus the wall time from the decision,
which the alert carries, to its arrival here.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from daemon.bench import fed
from daemon.bench.company import company
from daemon.bench.percentiles import percentiles
from daemon.bench.process import running_daemon
from daemon.clips.folder import ClipFolder
from daemon.clips.identity import make_identity
from daemon.errors import DistressdError
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

# Alerts end and may come again quickly, so that a benchmark has many of them; nothing else is
# different from the daemon that people run.
SETTINGS = """[fusion]
clear_after_s = 0.1
cooldown_s = 0.0
update_every_s = 0.5
"""
EVENT_S = 1.0
GAP_S = 1.6  # the sound-event window holds an event for 0.975 s
LEAD_S = 4.0
ROOM_DB = -65.0
SPARE = 1.6  # events played for each alert wanted: not every cut of a scream raises one
LOADING = 20  # events, at most, until the language models have been loaded
STAGES = ("capture", "hop", "fusion", "store", "send")


def scene(events: Sequence[Float], alerts: int) -> Float:
    """``events``, (n,) at 16 kHz, each cut to a second at its loudest, over and over in a room."""
    rng = np.random.default_rng(1)
    count = int(alerts * SPARE)
    step = int((EVENT_S + GAP_S) * SAMPLE_RATE)
    length = int(LEAD_S * SAMPLE_RATE) + count * step
    noise = rng.standard_normal(length).astype(np.float32)
    stream = noise * np.float32(10.0 ** (ROOM_DB / 20.0))
    for number in range(count):
        event = _loudest(events[number % len(events)], int(EVENT_S * SAMPLE_RATE))
        at = int(LEAD_S * SAMPLE_RATE) + number * step + int(rng.integers(0, 1600))
        stream[at : at + len(event)] += event[: length - at]
    np.clip(stream, -1.0, 1.0, out=stream)
    return stream


def _loudest(event: Float, size: int) -> Float:
    if len(event) <= size:
        return event
    energy = np.concatenate([[0.0], np.cumsum(event.astype(np.float64) ** 2)])
    start = int(np.argmax(energy[size:] - energy[:-size]))
    return event[start : start + size]


@contextlib.contextmanager
def spinning(count: int) -> Iterator[None]:
    """``count`` processes of equal priority that do nothing but run."""
    spinners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def bench_latency(
    events: Sequence[Float],
    alerts: int,
    load: int,
    progress: Callable[[int], None],
    *,
    speech: Sequence[Float] = (),
    dashboards: int = 0,
    channels: bool = False,
    clips: bool = False,
) -> dict[str, Any]:
    """Receive at least ``alerts`` raised alerts, beside ``load`` spinning processes.

    Args:
        events: recorded events that raise alerts.
        alerts: how many alerts are wanted.
        load: spinning processes.
        progress: called with the number of alerts so far.
        speech: utterances, (n,) at 16 kHz, of which the daemon's own language worker has a full
            queue from the first alert on; none: it has no worker.
        dashboards: how many are open meanwhile.
        channels: one of every kind is told of every alert, and one more is dead.
        clips: the sound around every alert is kept, encrypted.

    Returns:
        ``alerts``, ``lost``, ``load``, ``ms`` over raised alerts, and ``stages``; of company,
        ``dashboards`` and ``channels`` with what came to them; ``clips``: how many were kept;
        ``daemon_language``: what became of ``speech``.

    Raises:
        DistressdError: fewer were raised, or the language models cannot be loaded.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "scene.wav"
        played = scene(events, alerts + (LOADING if speech else 0))
        soundfile.write(path, played, SAMPLE_RATE, subtype="FLOAT")
        settings = f"{SETTINGS}\n[language]\nenabled = {str(bool(speech)).lower()}"
        program: tuple[str, ...] = ("daemon",)
        if speech:
            fed.store_speech(folder, speech)
            program = (fed.PROGRAM, str(folder))
        if clips:
            settings += _clips(folder)
        with contextlib.ExitStack() as stack:
            others = None
            if dashboards or channels:
                others = stack.enter_context(company(dashboards, channels=channels))
                settings += others.settings
            daemon = stack.enter_context(
                running_daemon(
                    f"file:{path}", settings, folder=folder, desktop=channels, program=program
                )
            )
            if others is not None:
                others.join(daemon)
            with spinning(load):
                received = _subscribe(
                    daemon.url, daemon.token, alerts, progress, language=bool(speech)
                )
            seen = {} if others is None else others.leave(daemon)
        if clips:
            seen["clips"] = len(ClipFolder(folder / "state").clips())
        if speech:
            seen["daemon_language"] = fed.figures(folder)
    raised = [(message, ms) for message, ms in received if message["phase"] == "raised"]
    if len(raised) < alerts:
        raise DistressdError(
            f"Only {len(raised)} of {alerts} alerts were raised.", "Give it other recordings."
        )
    first, last = received[0][0]["seq"], received[-1][0]["seq"]
    return {
        "alerts": len(raised),
        "lost": last - first + 1 - len({message["seq"] for message, _ in received}),
        "load": load,
        "ms": percentiles([ms for _, ms in raised], maximum=True),
        "stages": {
            stage: percentiles([m["latency_ms"][stage] for m, _ in raised], maximum=True)
            for stage in STAGES
        },
        **seen,
    }


def _clips(folder: Path) -> str:
    """Settings with which each alert leaves a clip; they follow so closely that some do not."""
    recipient = make_identity(folder / "clips.key")
    return (
        f'\n[clips]\nenabled = true\nrecipients = ["{recipient}"]\nlevel = "advisory"\n'
        "before_s = 10.0\nafter_s = 5.0\n"
    )


def _subscribe(
    url: str, token: str, alerts: int, progress: Callable[[int], None], *, language: bool
) -> list[tuple[dict[str, Any], float]]:
    """Alerts, and how long each took; with ``language``, from when its models are loaded."""
    received: list[tuple[dict[str, Any], float]] = []
    raised, loading = 0, language
    with connect(f"{url}/v1/alerts", compression=None) as socket:
        socket.send(json.dumps({"type": "hello", "v": 1, "token": token}))
        patience = (EVENT_S + GAP_S) * 20 + LEAD_S
        while raised < alerts:
            try:
                text = socket.recv(timeout=patience)
            except (TimeoutError, ConnectionClosed):
                return received
            now = time.time()
            message = json.loads(text)
            loading = loading and not _loaded(message)
            if message["type"] != "alert" or loading:
                continue
            decided = datetime.fromisoformat(message["time"]).timestamp()
            before = message["latency_ms"]["hop"] + message["latency_ms"]["fusion"]
            received.append((message, before + (now - decided) * 1000))
            raised += message["phase"] == "raised"
            progress(raised)
    return received


def _loaded(message: dict[str, Any]) -> bool:
    """Whether ``message`` says that the language models are there.

    Raises:
        DistressdError: it says that they cannot be.
    """
    if message["type"] not in {"snapshot", "language"}:
        return False
    language = message["language" if message["type"] == "snapshot" else "status"]
    if language["state"] == "unavailable":
        raise DistressdError(f"Language is unavailable: {language['reason']}", language["remedy"])
    return language["state"] in {"ok", "degraded"}
