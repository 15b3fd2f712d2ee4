"""Many streams through the whole pipeline, on every core, for evaluation."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from daemon.config.schema import Config
from daemon.replay import hear_recording
from models.evaluation.raised import Raised
from models.features.constants import SAMPLE_RATE
from models.parallel import pool

Float = NDArray[np.float32]


def _alerts(job: tuple[Config, Float]) -> list[Raised]:
    config, stream = job
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stream.wav"
        soundfile.write(path, stream, SAMPLE_RATE, subtype="FLOAT")
        events = list(hear_recording(path, config, "max"))
    # The level that an alert reached counts, as it is what people see in the end.
    best: dict[str, str] = {}
    for event in events:
        best[event.id] = event.level if event.phase != "cleared" else best[event.id]
    return [
        Raised(event.stream_s, event.level, best[event.id], event.kind)
        for event in events
        if event.phase == "raised"
    ]


def rehearse(streams: Sequence[Float], config: Config) -> list[list[Raised]]:
    """The alerts of every stream, (n,) at 16 kHz, each heard from a fresh start."""
    order = sorted(range(len(streams)), key=lambda i: -len(streams[i]))
    with pool() as workers:
        heard = workers.map(_alerts, [(config, streams[i]) for i in order], chunksize=1)
        found = dict(zip(order, heard, strict=True))
    return [found[i] for i in range(len(streams))]
