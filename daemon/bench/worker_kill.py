"""kill -9 of the language worker while alerts flow: what is lost, and what is left behind."""

import contextlib
import json
import random
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from daemon.bench.days import pcm
from daemon.bench.kill import EVENTS, Seen, play, subscription
from daemon.bench.latency import SETTINGS, scene
from daemon.bench.percentiles import percentiles
from daemon.bench.process import RunningDaemon, running_daemon
from daemon.bench.soak import metrics
from daemon.errors import DistressdError

Float = NDArray[np.float32]

# At the daemon's own priority: beside other programs it would wait for them more than work.
LANGUAGE = "[language]\nenabled = true\nniceness = 0\n"
LATEST_S = 1.0  # after the worker's first answer, by which it is killed
PATIENCE_S = 300.0
POLL_S = 0.2
USABLE = {"ok", "degraded"}
MODULE = "daemon.language.worker"
_COUNTED = ("submitted", "answered", "failed", "dropped", "joined")


class Watch:
    """Reads a subscription: alerts into ``seen``, and what is said of language with its time."""

    def __init__(self, socket: ClientConnection, seen: Seen, language: dict[str, str]) -> None:
        self._socket = socket
        self._seen = seen
        self._changed = threading.Condition()
        self._told = [(time.monotonic(), language)]
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def until(self, since_s: float, wanted: Callable[[dict[str, str]], bool]) -> float:
        """When language first was as ``wanted``, of what was said after ``since_s``.

        Raises:
            DistressdError: it never was, or there is no language.
        """

        def first() -> float | None:
            told = (at for at, now in self._told if at > since_s and wanted(now))
            return next(told, None)

        with self._changed:
            self._changed.wait_for(
                lambda: first() is not None or self._told[-1][1]["state"] == "unavailable",
                PATIENCE_S,
            )
            at, now = first(), self._told[-1][1]
        if at is None:
            raise DistressdError(f"Language is {now['state']}: {now['reason']}", str(now["remedy"]))
        return at

    def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                message = json.loads(self._socket.recv())
                if message["type"] == "alert":
                    self._seen.take(message)
                elif message["type"] == "language":
                    with self._changed:
                        self._told.append((time.monotonic(), message["status"]))
                        self._changed.notify_all()


def bench_worker_kill(
    events: Sequence[Float], kills: int, seed: int, progress: Callable[[int], None]
) -> dict[str, Any]:
    """Kill the language worker ``kills`` times, each time after it has answered, at work or not.

    Args:
        events: recorded events that raise alerts, 16 kHz, played at real pace over and over.
        kills: how often.
        seed: of the moments.
        progress: told how many are done.

    Returns:
        ``kills``; ``alerts`` raised; of the events seen ``lost`` (not in the store, or in the
        store and not seen), ``repeated`` and ``disordered``; ``hops_lost``; ``left_behind``:
        workers that outlived their kill or the daemon; ``utterances``, ``answered``, ``failed``
        (given up after two attempts), ``dropped`` (for want of room or of a worker) and
        ``twice`` (spoken of more than once) and ``untold`` (never spoken of), once nothing waits
        and nothing is worked on; ``notice_ms`` and ``recover_ms``: from the kill
        until subscribers know, and until a fresh worker has loaded its models.

    Raises:
        DistressdError: there is no language, or no alert came.
    """
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    notice_ms, recover_ms, workers = list[float](), list[float](), list[psutil.Process]()
    seen = Seen()
    with running_daemon("stdin", SETTINGS + LANGUAGE, stdin=subprocess.PIPE) as daemon:
        with subscription(daemon, seen) as (socket, snapshot):
            watch = Watch(socket, seen, snapshot["language"])
            play(daemon, pcm(scene(events, EVENTS)))
            back_s = watch.until(0.0, lambda now: now["state"] in USABLE)
            for count in range(kills):
                _await_answer(daemon)
                time.sleep(chance.uniform(0.0, LATEST_S))
                (worker,) = _workers(daemon)
                workers.append(worker)
                killed_s = time.monotonic()
                worker.kill()
                lost_s = watch.until(killed_s, lambda now: "lost" in now["reason"])
                back_s = watch.until(lost_s, lambda now: now["state"] in USABLE)
                notice_ms.append((lost_s - killed_s) * 1e3)
                recover_ms.append((back_s - killed_s) * 1e3)
                progress(count + 1)
            _await_answer(daemon)
            figures = _settled(daemon)
            workers += _workers(daemon)
        stored = Seen(seen.epoch)
        with subscription(daemon, stored) as (socket, snapshot):
            while stored.last < snapshot["seq"]:
                message = json.loads(socket.recv(PATIENCE_S))
                if message["type"] == "alert":
                    stored.take(message)
    if not seen.events:
        raise DistressdError("No alert came.", "Name recordings that raise some.")
    _, alive = psutil.wait_procs(workers, timeout=10.0)
    told = {seq: what for seq, what in stored.events.items() if seq <= seen.last}
    became = {name: round(figures[f"distressd_language_{name}_total"]) for name in _COUNTED}
    spoken_of = sum(became[name] for name in _COUNTED[1:])
    return {
        "kills": kills,
        "alerts": sum(phase == "raised" for _, phase in seen.events.values()),
        "lost": len(told.items() ^ seen.events.items()),
        "repeated": seen.repeated,
        "disordered": seen.disordered,
        "hops_lost": round(figures["distressd_evidence_dropped_total"]),
        "left_behind": len(alive),
        "utterances": became["submitted"],
        "answered": became["answered"],
        "failed": became["failed"],
        "dropped": became["dropped"],
        "twice": max(0, spoken_of - became["submitted"]),
        "untold": max(0, became["submitted"] - spoken_of),
        "notice_ms": percentiles(notice_ms, maximum=True),
        "recover_ms": percentiles(recover_ms, maximum=True),
    }


def _await_answer(daemon: RunningDaemon) -> None:
    """Until the worker has answered once more.

    Raises:
        DistressdError: it does not.
    """
    name = "distressd_language_answered_total"
    before, deadline = metrics(daemon.url)[name], time.monotonic() + PATIENCE_S
    while metrics(daemon.url)[name] == before:
        if time.monotonic() > deadline:
            raise DistressdError("The language worker gives no answer.", "See its log.")
        time.sleep(POLL_S)  # another process: there is no event to await


def _settled(daemon: RunningDaemon) -> dict[str, float]:
    """The figures at a moment when no utterance waits or is worked on.

    Raises:
        DistressdError: there is always one.
    """
    before, deadline = metrics(daemon.url), time.monotonic() + PATIENCE_S
    while True:
        now = metrics(daemon.url)
        # Each figure is read at another moment: twice the same, and nothing happened between them.
        names = [f"distressd_language_{name}_total" for name in _COUNTED]
        waits = now["distressd_language_waiting"] or before["distressd_language_waiting"]
        if not waits and all(now[name] == before[name] for name in names):
            return now
        if time.monotonic() > deadline:
            raise DistressdError("Utterances wait for ever.", "See the daemon's log.")
        before = now
        time.sleep(POLL_S)  # another process: there is no event to await


def _workers(daemon: RunningDaemon) -> list[psutil.Process]:
    children = psutil.Process(daemon.process.pid).children()
    return [child for child in children if MODULE in child.cmdline()]
