"""Days of sound through a real daemon as fast as it hears them: does anything grow or slow down?

The daemon reads standard input without a clock, so that a day takes minutes. Before and after
the days, events are fed at real pace, and each alert is timed from the moment at which its
deciding hop was written into the pipe to its arrival at a subscriber.
"""

import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import psutil
from numpy.typing import NDArray
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from daemon.bench.days import minutes, pcm
from daemon.bench.latency import SETTINGS, scene
from daemon.bench.percentiles import interval_of_p99
from daemon.bench.process import RunningDaemon, running_daemon
from daemon.errors import DistressdError
from models.features.constants import HOP, SAMPLE_RATE

Float = NDArray[np.float32]

SAMPLED_EVERY = 10  # minutes of sound
WARM_H = 4.0  # the store fills its page cache in three, the allocator settles
WARM_PROBES = 10  # the first alerts after days at full speed find caches that are cold
WARM_SHARE = 0.1  # ... and of a short run at least so much
DRAIN_S = 120.0
POLL_S = 0.05
LOOKS = 3
BYTES = 2  # of a sample
_HOP_S = HOP / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Sample:
    """The daemon at one moment: hours of sound heard, resident bytes, descriptors, threads."""

    hours: float
    rss: int
    fds: int
    threads: int


class Subscriber:
    """Notes when each raised alert arrives, by the second of sound that decided it."""

    def __init__(self, socket: ClientConnection, token: str) -> None:
        self._socket = socket
        self._socket.send(json.dumps({"type": "hello", "v": 1, "token": token}))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self.raised: list[tuple[float, float]] = []  # (stream_s, monotonic s)
        self._thread.start()

    def close(self) -> None:
        """Leave."""
        self._socket.close()
        self._thread.join()

    def _read(self) -> None:
        while True:
            try:
                text = self._socket.recv()
            except ConnectionClosed:
                return
            now = time.monotonic()
            message = json.loads(text)
            if message["type"] == "alert" and message["phase"] == "raised":
                self.raised.append((message["stream_s"], now))


class Feeder:
    """Writes sound into the daemon's standard input."""

    def __init__(self, daemon: RunningDaemon, pipe: IO[bytes]) -> None:
        self._daemon = daemon
        self._pipe = pipe
        self.hops = 0

    def write(self, sound: bytes) -> None:
        """As fast as it is read.

        Raises:
            DistressdError: the daemon has died.
        """
        try:
            self._pipe.write(sound)
            self._pipe.flush()
        except BrokenPipeError as error:
            raise DistressdError("The daemon died while it was being fed.") from error
        self.hops += len(sound) // (HOP * BYTES)

    def drain(self) -> int:
        """Wait until everything written has been heard; how many hops were not.

        A hop that the daemon counts as lost, or its evidence as dropped, was not heard.
        """
        deadline = time.monotonic() + DRAIN_S
        heard, lost = self._heard()
        while heard + lost < self.hops and time.monotonic() < deadline:
            time.sleep(POLL_S)  # what another process has done, only asking tells
            heard, lost = self._heard()
        return self.hops - heard

    def probe(
        self, stream: Float, subscriber: Subscriber, wanted: int, tell: Callable[[int], None]
    ) -> list[float]:
        """Feed ``stream`` at real pace until ``wanted`` alerts were raised; their latencies, ms."""
        self.drain()
        first, before = self.hops, len(subscriber.raised)
        written: list[float] = []
        began = time.monotonic()
        for number, hop in enumerate(stream[: len(stream) // HOP * HOP].reshape(-1, HOP)):
            if (came := len(subscriber.raised) - before) >= wanted:
                break
            tell(came)
            time.sleep(max(0.0, began + number * _HOP_S - time.monotonic()))
            written.append(time.monotonic())
            self.write(pcm(hop))
        self.drain()
        found = []
        for stream_s, arrived in subscriber.raised[before:]:
            index = round(stream_s * SAMPLE_RATE) // HOP - 1 - first
            if 0 <= index < len(written):
                found.append((arrived - written[index]) * 1000.0)
        return found

    def _heard(self) -> tuple[int, int]:
        figures = metrics(self._daemon.url)
        lost = figures["distressd_lost_samples_total"] / HOP
        lost += figures["distressd_evidence_dropped_total"]
        return round(figures["distressd_hops_total"] - lost), round(lost)


def bench_soak(
    scenery: Float,
    events: Sequence[Float],
    hours: float,
    probes: int,
    progress: Callable[[str, float], None],
) -> dict[str, Any]:
    """Run ``hours`` of sound through a daemon.

    Args:
        scenery: a minute or more with speech and cries, 16 kHz.
        events: recorded events that raise alerts, for the latency before and after.
        hours: of sound.
        probes: alerts timed at real pace before, and again after. Of 100, the 99th percentile
            is nearly the highest, and varies by chance as much as what is looked for.
        progress: told what happens, and the share of it that is done.

    Returns:
        ``hours``, ``rss_slope_mb_per_day`` after warm-up, ``hops_lost``, and of the beginning
        and the end: ``fds``, ``threads`` and ``latency_ms_p99``.

    Raises:
        DistressdError: the daemon died, or too few alerts were raised to time.
    """
    left_out = min(WARM_PROBES, probes)
    wanted = probes + left_out
    stream = scene(events, wanted)
    with _soaked() as (daemon, feeder, subscriber):
        process = psutil.Process(daemon.process.pid)
        warm = max(1.0 / 60.0, min(WARM_H, hours * WARM_SHARE))
        for minute in minutes(scenery, warm):
            feeder.write(minute)

        def probed(when: str) -> float:
            found = feeder.probe(
                stream,
                subscriber,
                wanted,
                lambda came: progress(f"latency {when}", came / wanted),
            )
            if len(found) < wanted:
                raise DistressdError(
                    f"Only {len(found)} of {wanted} alerts were raised {when} the days.",
                    "Give it other recordings.",
                )
            counted = found[left_out:]
            p99, (low, high) = float(np.percentile(counted, 99)), interval_of_p99(counted)
            progress(f"p99 {when} {p99:.1f} ms ({low:.1f} to {high:.1f})", 1.0)
            return round(p99, 3)

        before = probed("before")
        samples = [_sample(process, feeder, 0)]
        first = feeder.hops
        for number, minute in enumerate(minutes(scenery, hours), start=1):
            feeder.write(minute)
            if number % SAMPLED_EVERY == 0 or number == round(hours * 60):
                samples.append(_sample(process, feeder, first))
                progress(f"{samples[-1].rss / 1e6:.1f} MB", number / max(1, round(hours * 60)))
        lost = feeder.drain()
        samples.append(_sample(process, feeder, first))
        after = probed("after")
        lost = max(lost, feeder.drain())
    return {
        "hours": hours,
        "rss_slope_mb_per_day": round(slope_mb_per_day(samples), 3),
        "hops_lost": lost,
        "fds": [samples[0].fds, samples[-1].fds],
        "threads": [samples[0].threads, samples[-1].threads],
        "latency_ms_p99": [before, after],
    }


def slope_mb_per_day(samples: Sequence[Sample]) -> float:
    """Megabytes (2**20) of resident memory that a day of sound adds, by least squares."""
    hours = np.array([sample.hours for sample in samples])
    rss = np.array([sample.rss for sample in samples]) / 2**20
    if np.ptp(hours) == 0.0:
        return 0.0
    return float(np.polyfit(hours, rss, 1)[0]) * 24.0


@contextmanager
def _soaked() -> Iterator[tuple[RunningDaemon, Feeder, Subscriber]]:
    words = ("--pace", "max")
    with running_daemon("stdin", SETTINGS, words, stdin=subprocess.PIPE) as daemon:
        pipe = daemon.process.stdin
        if pipe is None:
            raise AssertionError("the daemon was started with a pipe")
        with connect(f"{daemon.url}/v1/alerts", compression=None) as socket:
            subscriber = Subscriber(socket, daemon.token)
            try:
                yield daemon, Feeder(daemon, pipe), subscriber
            finally:
                subscriber.close()


def _sample(process: psutil.Process, feeder: Feeder, first: int) -> Sample:
    return Sample(
        hours=(feeder.hops - first) * _HOP_S / 3600.0,
        rss=process.memory_info().rss,
        fds=_at_rest(process.num_fds),
        threads=_at_rest(process.num_threads),
    )


def _at_rest(count: Callable[[], int]) -> int:
    """The least of a few looks: a request for metrics is open for a moment, too."""
    least = count()
    for _ in range(LOOKS - 1):
        time.sleep(POLL_S)
        least = min(least, count())
    return least


def metrics(url: str) -> dict[str, float]:
    """Every figure that the daemon at ``url`` exports."""
    with urllib.request.urlopen(f"{url.replace('ws', 'http', 1)}/metrics", timeout=10) as answer:  # noqa: S310 - loopback
        lines = answer.read().decode().splitlines()
    rows = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}
