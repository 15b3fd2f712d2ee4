"""Recordings through the whole pipeline, without a server or a store."""

from collections.abc import Callable, Iterator
from pathlib import Path

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.load import load_ear
from daemon.acoustic.opinion import Opinion
from daemon.acoustic.second_ear import heard_here
from daemon.clock import StreamClock
from daemon.config.schema import Config, Privacy
from daemon.health import Health
from daemon.language.lane import LanguageLane
from daemon.language.told import utterance_event
from daemon.language.utterance import Words
from daemon.pipeline import Pace, Pipeline
from daemon.wire.alert import AlertEvent
from daemon.wire.utterance import UtteranceEvent

POLL_S = 0.2


def hear_recording(
    path: Path,
    config: Config,
    pace: Pace,
    *,
    heard: Callable[[AcousticEvidence], None] | None = None,
    opined: Callable[[Opinion], None] | None = None,
) -> Iterator[AlertEvent]:
    """The alert events of one recording by its sound alone, as they come; ``seq`` counts from 1.

    The same recording gives the same events at either pace, ``time`` and ``latency_ms`` apart.

    Raises:
        RecordingError: if the file cannot be read.
        ModelError: if the acoustic weights cannot be used.
    """
    for event in replay_recording(path, config, pace, heard=heard, opined=opined):
        if isinstance(event, AlertEvent):
            yield event


def replay_recording(
    path: Path,
    config: Config,
    pace: Pace,
    *,
    lane: LanguageLane | None = None,
    heard: Callable[[AcousticEvidence], None] | None = None,
    said: Callable[[Words], None] | None = None,
    opined: Callable[[Opinion], None] | None = None,
) -> Iterator[AlertEvent | UtteranceEvent]:
    """Alert events, and with a slow lane what was said, in their order; else as above.

    Nothing is stored or served, so that words are shown whatever ``[privacy]`` says.
    ``said`` sees what became of each utterance, ``opined`` each opinion of the second ear; neither
    may block.

    Raises:
        PartDied: if the slow lane died.
    """
    health = Health()
    events: list[AlertEvent | UtteranceEvent] = []
    ear = load_ear(config, health)
    clock: list[StreamClock] = []

    def told(words: Words) -> None:
        events.append(utterance_event(words, clock[0]))
        if said is not None:
            said(words)

    shown = config.model_copy(update={"privacy": Privacy(transcripts=lane is not None)})
    pipeline = Pipeline(
        shown,
        ear,
        f"file:{path}",
        pace,
        health,
        events.append,
        heard=heard,
        lane=lane,
        in_step=True,
        told=told,
        second_ear=heard_here() if config.acoustic.second_ear else None,
        opined=opined,
    )
    clock.append(pipeline.clock)
    seq = at = 0
    try:
        pipeline.start()
        ended = False
        while not ended:
            ended = pipeline.wait(POLL_S)
            if lane is not None:
                lane.check()
            while at < len(events):
                event, at = events[at], at + 1
                if isinstance(event, AlertEvent):
                    seq += 1
                    event = event.model_copy(update={"seq": seq})
                yield event
    finally:
        pipeline.stop()
    if pipeline.error is not None:
        raise pipeline.error
