"""kill -9 at random moments while alerts flow: what a subscriber saw, and what is still there."""

import contextlib
import json
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from daemon.bench.days import pcm
from daemon.bench.latency import SETTINGS, scene
from daemon.bench.percentiles import percentiles
from daemon.bench.process import RunningDaemon, running_daemon
from daemon.errors import DistressdError

Float = NDArray[np.float32]

EVENTS = 20  # in the sound that is played as fast as it is heard, over and over
LATEST_S = 2.0  # after the subscription, by which the daemon is killed
PATIENCE_S = 60.0


@dataclass(slots=True)
class Seen:
    """What one subscriber knows over all of the daemon's lives.

    Attributes:
        epoch: of the store.
        events: number → alert and phase.
        durable: the numbers that were in the store when they were sent.
        repeated: events that came twice.
        disordered: events whose number is below one that came before.
    """

    epoch: str | None = None
    events: dict[int, tuple[str, str]] = field(default_factory=dict)
    durable: set[int] = field(default_factory=set)
    repeated: int = 0
    disordered: int = 0

    @property
    def last(self) -> int:
        """The highest number that was seen."""
        return max(self.events, default=0)

    def take(self, message: dict[str, Any]) -> None:
        """Note an alert event."""
        seq, what = message["seq"], (message["id"], message["phase"])
        self.repeated += seq in self.events
        if what[1] == "raised":
            self.repeated += what in self.events.values()
        self.disordered += seq < self.last
        self.events[seq] = what
        if message["durable"]:
            self.durable.add(seq)


def bench_kill(
    events: Sequence[Float], moments: int, seed: int, progress: Callable[[int], None]
) -> dict[str, Any]:
    """Kill a daemon ``moments`` times while its alerts are read, and start it anew each time.

    Args:
        events: recorded events that raise alerts, 16 kHz.
        moments: how often.
        seed: of the moments.
        progress: told how many are done.

    Returns:
        ``moments``; ``seen`` events; of those ``lost`` (not in the store after all), ``repeated``
        and ``disordered``; ``not_durable``: sent before they were stored, and said so;
        ``recover_ms``: from the kill until a fresh daemon answers its subscriber.

    Raises:
        DistressdError: no alert came, or the store was begun anew.
    """
    sound = pcm(scene(events, EVENTS))
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    seen, recover_ms, killed_s = Seen(), list[float](), 0.0
    with tempfile.TemporaryDirectory(prefix="distressd-kill-") as name:
        for count in range(moments):
            with _life(Path(name)) as daemon, subscription(daemon, seen) as (socket, _):
                if killed_s:
                    recover_ms.append((time.monotonic() - killed_s) * 1e3)
                play(daemon, sound)
                killer = threading.Timer(chance.uniform(0.0, LATEST_S), daemon.process.kill)
                killer.start()
                with contextlib.suppress(ConnectionClosed):
                    while True:
                        _take(socket.recv(PATIENCE_S), seen)
                killer.join()
                daemon.process.wait()
                killed_s = time.monotonic()
            progress(count + 1)
        after = Seen(seen.epoch)
        with (
            _life(Path(name)) as daemon,
            subscription(daemon, after) as (socket, _),
            contextlib.suppress(TimeoutError),  # the last of them is lost
        ):
            while after.last < max(seen.durable, default=0):
                _take(socket.recv(PATIENCE_S), after)
    if not seen.events:
        raise DistressdError("No alert came.", "Name recordings that raise some.")
    lost = [seq for seq, what in seen.events.items() if after.events.get(seq) != what]
    return {
        "moments": moments,
        "seen": len(seen.events),
        "lost": sum(seq in seen.durable for seq in lost),
        "not_durable": len(seen.events) - len(seen.durable),
        "repeated": seen.repeated,
        "disordered": seen.disordered,
        "recover_ms": percentiles(recover_ms, maximum=True) if recover_ms else {},
    }


def _life(folder: Path) -> contextlib.AbstractContextManager[RunningDaemon]:
    """One life of the daemon, over the state of those before it."""
    return running_daemon(
        "stdin", SETTINGS, ("--pace", "max"), stdin=subprocess.PIPE, folder=folder
    )


@contextlib.contextmanager
def subscription(
    daemon: RunningDaemon, seen: Seen
) -> Iterator[tuple[ClientConnection, dict[str, Any]]]:
    """Go on where ``seen`` ends; the connection, and the snapshot."""
    with connect(f"{daemon.url}/v1/alerts", compression=None, max_size=None) as socket:
        hello = {"type": "hello", "v": 1, "token": daemon.token}
        socket.send(json.dumps(hello | {"since": seen.last, "epoch": seen.epoch}))
        snapshot = json.loads(socket.recv(PATIENCE_S))
        if seen.epoch not in {None, snapshot["epoch"]}:
            raise DistressdError("The store was begun anew: something damaged it.")
        seen.epoch = snapshot["epoch"]
        yield socket, snapshot


def _take(text: str | bytes, seen: Seen) -> None:
    message = json.loads(text)
    if message["type"] == "alert":
        seen.take(message)


def play(daemon: RunningDaemon, sound: bytes) -> None:
    """Pipe ``sound`` in, over and over, until nobody reads it any more."""
    pipe = daemon.process.stdin

    def write() -> None:
        with contextlib.suppress(BrokenPipeError, ValueError):
            while pipe is not None:
                pipe.write(sound)

    threading.Thread(target=write, name="sound", daemon=True).start()
