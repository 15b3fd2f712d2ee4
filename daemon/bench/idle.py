"""What the always-on process costs: memory, processor time in silence and in speech, start."""

import json
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import soundfile
from numpy.typing import NDArray

from daemon.bench.process import RunningDaemon, running_daemon
from daemon.errors import DistressdError
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

WARM_S = 5.0
READY_TIMEOUT_S = 20.0
ROOM_DB = -65.0


def bench_idle(speech: Float, seconds: float) -> dict[str, Any]:
    """Run a daemon on ``seconds`` of a quiet room, and another on as much of ``speech``.

    Both are played at real pace, sound events included. ``start_ms`` is from the start of the
    process to the answer "ready", which is given once sound has been heard.

    Returns:
        ``rss_mb`` (the larger), ``cpu_pct`` of one core, ``start_ms`` (the slower).
    """
    rng = np.random.default_rng(1)
    size = int((seconds + WARM_S + 5.0) * SAMPLE_RATE)
    silence = rng.standard_normal(size).astype(np.float32) * np.float32(10 ** (ROOM_DB / 20))
    talk = np.tile(speech, -(-size // len(speech)))[:size]
    figures = {"silence": _measure(silence, seconds), "speech": _measure(talk, seconds)}
    return {
        "rss_mb": round(max(f["rss_mb"] for f in figures.values()), 1),
        "cpu_pct": {name: round(f["cpu_pct"], 3) for name, f in figures.items()},
        "start_ms": round(max(f["start_ms"] for f in figures.values()), 1),
    }


def _measure(stream: Float, seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stream.wav"
        soundfile.write(path, stream, SAMPLE_RATE, subtype="PCM_16")
        with running_daemon(f"file:{path}", "") as daemon:
            start_ms = _ready(daemon)
            process = psutil.Process(daemon.process.pid)
            time.sleep(WARM_S)
            began, before = time.monotonic(), process.cpu_times()
            time.sleep(seconds)
            after, ended = process.cpu_times(), time.monotonic()
            used = after.user + after.system - before.user - before.system
            return {
                "rss_mb": process.memory_info().rss / 2**20,
                "cpu_pct": used / (ended - began) * 100,
                "start_ms": start_ms,
            }


def _ready(daemon: RunningDaemon) -> float:
    """Milliseconds from the start of the process until it says that it listens."""
    url = daemon.url.replace("ws://", "http://") + "/readyz"
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - loopback
                json.load(answer)
                return (time.monotonic() - daemon.asked) * 1000
        except urllib.error.URLError:
            time.sleep(0.002)
    raise DistressdError("The daemon did not become ready.", "Run it by hand and read its log.")
