"""Many subscribers, some of whom never read or send rubbish: how soon do the others know?

The fan-out of an alert to a subscriber is the wall time from the moment at which it was written
to the store and handed to the server until its bytes are there, in another process.
"""

import asyncio
import json
import resource
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from daemon.bench.crowd import Crowd
from daemon.bench.days import pcm
from daemon.bench.latency import EVENT_S, GAP_S, LEAD_S, SETTINGS, scene
from daemon.bench.percentiles import percentiles
from daemon.bench.process import RunningDaemon, running_daemon
from daemon.errors import DistressdError
from daemon.wire.base import wall_seconds
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

BAD = 0.08  # of all subscribers; half of them never read, half send rubbish
SPARE_FILES = 256
SETTLE_S = 2.0  # what was sent last arrives


def bench_load(
    events: Sequence[Float],
    subscribers: int,
    alerts: int,
    progress: Callable[[str, int], None],
    *,
    misbehaving: int | None = None,
) -> dict[str, Any]:
    """Raise ``alerts`` alerts before ``subscribers``, some of whom misbehave.

    Args:
        events: recorded events that raise alerts, 16 kHz.
        subscribers: in all.
        alerts: to be raised; each has more events than one.
        progress: told what happens, and how many alerts were raised.
        misbehaving: how many never read or send rubbish, half of each; by default 8 %.

    Returns:
        ``subscribers``, ``healthy``, ``alerts`` (raised), ``lost`` (events that a healthy
        subscriber did not get) and ``fanout_ms`` over all events and healthy subscribers.

    Raises:
        DistressdError: the alerts did not come.
    """
    _allow_files(subscribers + SPARE_FILES)
    if misbehaving is None:
        misbehaving = round(subscribers * BAD)
    silent, hostile = misbehaving // 2, misbehaving - misbehaving // 2
    room = f"max_subscribers = {subscribers + SPARE_FILES}"
    sound = scene(events, alerts)
    with running_daemon("stdin", SETTINGS, serve=room, stdin=subprocess.PIPE) as daemon:
        received = asyncio.run(
            _listen(daemon, sound, subscribers - misbehaving, silent, hostile, alerts, progress)
        )
    return _figures(received, subscribers)


async def _listen(
    daemon: RunningDaemon,
    sound: Float,
    healthy: int,
    silent: int,
    hostile: int,
    alerts: int,
    progress: Callable[[str, int], None],
) -> list[list[tuple[float, dict[str, Any]]]]:
    """The alert events of each healthy subscriber, with their arrival."""
    crowd = Crowd(daemon.url, daemon.token)
    pipe = daemon.process.stdin
    if pipe is None:
        raise AssertionError("the daemon was started with a pipe")
    progress("subscribers join", 0)
    await crowd.join(healthy, silent, hostile)
    player = threading.Thread(target=_feed, args=(pipe, pcm(sound)), daemon=True)
    player.start()
    watched = crowd.healthy[0]
    patience = len(sound) / SAMPLE_RATE + LEAD_S + (EVENT_S + GAP_S) * 10
    try:
        async with asyncio.timeout(patience):
            while (raised := sum(b'"raised"' in text for _, text in watched.messages)) < alerts:
                progress("alerts", raised)
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise DistressdError(
            f"Only {raised} of {alerts} alerts were raised.", "Give it other recordings."
        ) from None
    await asyncio.sleep(SETTLE_S)
    await crowd.leave()
    return [
        [
            (when, message)
            for when, message in ((when, json.loads(text)) for when, text in one.messages)
            if message["type"] == "alert"
        ]
        for one in crowd.healthy
    ]


def _figures(
    received: list[list[tuple[float, dict[str, Any]]]], subscribers: int
) -> dict[str, Any]:
    events = {message["seq"]: message for one in received for _, message in one}
    settled = max(when for one in received for when, _ in one) - SETTLE_S / 2
    # What was raised while everybody left may be on its way to some of them.
    known = {seq for seq, event in events.items() if wall_seconds(event["time"]) < settled}
    lost, took = 0, []
    for one in received:
        seen = {message["seq"] for _, message in one}
        lost += len(known - seen)
        for when, message in one:
            handed = wall_seconds(message["time"]) + message["latency_ms"]["store"] / 1000.0
            took.append((when - handed) * 1000.0)
    return {
        "subscribers": subscribers,
        "healthy": len(received),
        "alerts": sum(event["phase"] == "raised" for event in events.values()),
        "lost": lost,
        "fanout_ms": percentiles(took, maximum=True),
    }


def _feed(pipe: IO[bytes], sound: bytes) -> None:
    """The daemon reads at real pace."""
    try:
        pipe.write(sound)
    except (BrokenPipeError, ValueError):
        return  # it was stopped: the alerts have been raised


def _allow_files(wanted: int) -> None:
    """A subscriber is an open file here, and one in the daemon, which inherits the limit.

    Raises:
        DistressdError: the system allows fewer.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        if hard != resource.RLIM_INFINITY and hard < wanted:
            raise DistressdError(
                f"{wanted} open files are needed, and {hard} allowed.",
                "Raise the limit (ulimit -Hn), or take fewer --subscribers.",
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
