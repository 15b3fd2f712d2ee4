"""What a batch of utterances gains, in a process that gets its memory as the worker does."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.language.allocator import ALLOCATOR
from models.parallel import pool
from models.transcriber import Transcriber

Float = NDArray[np.float32]

BATCH: Final = 8
ROUNDS: Final = 7  # that count, after one that warms up


def batch_speedup(make: Callable[[], Transcriber], sounds: Sequence[Float]) -> float:
    """How many times faster the first eight of ``sounds`` are together than one by one.

    Args:
        make: makes what hears; sent to another process.
        sounds: (n,) each, at 16 kHz.
    """
    with _allocating_like_the_worker(), pool(1) as child:
        return child.submit(speedup, make, sounds[:BATCH]).result()


@contextlib.contextmanager
def _allocating_like_the_worker() -> Iterator[None]:
    """What is started meanwhile allocates so."""
    before = {name: os.environ.get(name) for name in ALLOCATOR}
    os.environ.update(ALLOCATOR)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def speedup(make: Callable[[], Transcriber], sounds: Sequence[Float]) -> float:
    """How many times faster a batch is than its utterances one by one, padded alike.

    The ratio of medians of rounds that take turns, so that neither has the quieter moments.
    """
    transcriber = make()
    longest = max(len(sound) for sound in sounds)
    alike = [np.pad(sound, (0, longest - len(sound))) for sound in sounds]
    times: tuple[list[float], list[float]] = [], []
    for _ in range(1 + ROUNDS):
        for taken, batches in zip(times, ([alike], [[one] for one in alike]), strict=True):
            began = time.perf_counter()
            for batch in batches:
                transcriber(batch, gates=False)
            taken.append(time.perf_counter() - began)
    together, singly = (float(np.median(taken[1:])) for taken in times)
    return singly / together
