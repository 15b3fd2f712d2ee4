"""What the tests of sources share."""

import threading
from collections.abc import Callable

import numpy as np
import pytest

from daemon.audio.ring import ENDED, Ring
from daemon.audio.source import Source

WAIT_S = 30.0

Heard = tuple[np.ndarray, Ring]


@pytest.fixture
def hear() -> Callable[[Source], Heard]:
    """Start a source, read it to its end without loss, stop it."""

    def listen(source: Source, capacity: int = 32_000) -> Heard:
        ring = Ring(capacity)
        reader = ring.reader("test", lossless=True)
        source.start(ring)
        try:
            hops: list[np.ndarray] = []
            hop = np.empty(160, np.float32)
            while (lost := reader.read(hop, WAIT_S)) != ENDED:
                assert lost == 0, "the source neither went on nor ended"
                hops.append(hop.copy())
        finally:
            source.stop()
        assert len(reader.read_rest()) == 0, "a source ends with a whole hop"
        assert not any(t.name.startswith("source-") for t in threading.enumerate())
        return np.concatenate(hops) if hops else np.empty(0, np.float32), ring

    return listen
