"""Recordings through the whole pipeline, without a server or a store."""

from collections.abc import Callable, Iterator
from pathlib import Path

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.load import load_ear
from daemon.config.schema import Config
from daemon.health import Health
from daemon.pipeline import Pace, Pipeline
from daemon.wire.alert import AlertEvent

POLL_S = 0.2


def hear_recording(
    path: Path,
    config: Config,
    pace: Pace,
    *,
    heard: Callable[[AcousticEvidence], None] | None = None,
) -> Iterator[AlertEvent]:
    """The alert events of one recording, as they come; ``seq`` counts from 1.

    The same recording gives the same events at either pace, ``time`` and ``latency_ms`` apart.

    Raises:
        RecordingError: if the file cannot be read.
        ModelError: if the acoustic weights cannot be used.
    """
    health = Health()
    events: list[AlertEvent] = []
    ear = load_ear(config, health)
    pipeline = Pipeline(config, ear, f"file:{path}", pace, health, events.append, heard=heard)
    seq = 0
    try:
        pipeline.start()
        ended = False
        while not ended:
            ended = pipeline.wait(POLL_S)
            while seq < len(events):
                event, seq = events[seq], seq + 1
                yield event.model_copy(update={"seq": seq})
    finally:
        pipeline.stop()
    if pipeline.error is not None:
        raise pipeline.error
