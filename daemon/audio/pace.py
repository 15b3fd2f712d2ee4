"""At which pace samples reach the ring: as they would be heard, or as fast as they are read."""

import threading
import time
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np

from daemon.audio.ring import Ring, Samples
from models.features.constants import HOP, MOST_HOPS, SAMPLE_RATE

Pace = Literal["realtime", "max"]

_HOP_NS = HOP * 1_000_000_000 // SAMPLE_RATE
_MOST = MOST_HOPS * HOP  # at once, at real pace: 200 ms
_LOOK_S = 0.2  # how long a stop may go unnoticed while the readers leave no room


def play(
    blocks: Iterable[Samples],
    ring: Ring,
    pace: Pace,
    stop: threading.Event,
    *,
    haste: float = 0.0,
) -> bool:
    """Write ``blocks`` into ``ring`` until they end or ``stop`` is set.

    At real pace, hop *n* is written *n* times 10 ms after the first, on one absolute schedule
    that cannot drift; what comes late is written at once. Where every reader asks for several
    hops at a time, they are written together when the last of them is due, with the stamps of
    their own due times: a wake-up for a hop that nobody reads yet is for nothing. A reader that
    asks for fewer gets them when they are due. At either pace
    lossless readers lose nothing, if none of them reads more than half a ring at once.

    Args:
        blocks: samples in pieces of any size; the last hop is completed with zeros.
        ring: where they go.
        pace: which pace.
        stop: ends it early.
        haste: by how much the schedule is faster than real time (0.001 is a thousandth).

    Returns:
        Whether everything was written.
    """
    hop_ns = _HOP_NS / (1.0 + haste)
    live = pace == "realtime"
    most = _MOST if live else max(HOP, ring.capacity // 8 // HOP * HOP)
    start_ns = 0
    hops = 0
    for block in whole_hops(blocks):
        at = 0
        while at < len(block):
            demand = ring.demand
            step = min(most, max(HOP, demand // HOP * HOP)) if live else most
            piece = block[at : at + step]
            if live:
                now_ns = time.monotonic_ns()
                start_ns = start_ns or now_ns
                early_ns = start_ns + (hops + len(piece) // HOP - 1) * hop_ns - now_ns
                # A stop is noticed with the next hops.
                if early_ns > 0 and not ring.wait_until_due(demand, early_ns / 1e9):
                    continue
            at += len(piece)
            hops += len(piece) // HOP
            while not stop.is_set() and not ring.wait_for_space(len(piece), _LOOK_S):
                if ring.closed:
                    return False
            if stop.is_set():
                return False
            ring.write(piece, spread=live)
    return not stop.is_set()


def whole_hops(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """The same samples in pieces of whole hops; the last one is completed with zeros."""
    rest: Samples = np.empty(0, np.float32)
    for block in blocks:
        joined = np.concatenate((rest, block)) if len(rest) else block
        whole = len(joined) // HOP * HOP
        rest = joined[whole:].copy()
        if whole:
            yield joined[:whole]
    if len(rest):
        yield np.pad(rest, (0, HOP - len(rest)))
