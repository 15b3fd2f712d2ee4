"""The slow lane beside the fast one: a worker that never runs dry, and how long words take.

The lane belongs to this process and the daemon that is measured has one of its own, so that twice
as much as usual stands in the fast lane's way.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from daemon.bench.feeding import Answers, Feeding, utterance
from daemon.config.schema import Language
from daemon.errors import DistressdError
from daemon.health import Health
from daemon.language.lane import LanguageLane

Float = NDArray[np.float32]

CALM: Final = 40  # utterances that find the worker idle
LOAD_PATIENCE_S: Final = 120.0
ANSWER_PATIENCE_S: Final = 120.0


@contextlib.contextmanager
def busy_lane(config: Language, speech: Sequence[Float]) -> Iterator[dict[str, Any]]:
    """Figures of an idle worker at once, of a busy one when this is left.

    Args:
        config: ``[language]``.
        speech: utterances, (n,) at 16 kHz.

    Raises:
        DistressdError: the models cannot be loaded, the lane died, or nothing is spoken.
    """
    health = Health()
    lane = LanguageLane(config, health)
    lane.start()
    try:
        await_models(health)
        figures: dict[str, Any] = _one_by_one(lane, speech)
        feeding = Feeding(lane, config.queue, speech)
        began = time.monotonic()
        feeding.start()
        yield figures
        busy = feeding.stop()
        lane.check()
        minutes = (time.monotonic() - began) / 60.0
        figures["utterances_per_min"] = round(busy["answered"] / minutes, 1)
        figures["in_full_queue"] = busy
    finally:
        lane.stop()


def _one_by_one(lane: LanguageLane, speech: Sequence[Float]) -> dict[str, Any]:
    """Figures of utterances that find the worker idle."""
    answers = Answers()
    for number in range(CALM):
        lane.submit(utterance(number, speech[number % len(speech)]), answers.take)
        if not answers.wait(number + 1, ANSWER_PATIENCE_S):
            raise DistressdError("The language worker gave no answer.", "See its log.")
    times = answers.times()
    if not times:
        raise DistressdError("No words were believed.", "Give it recordings of speech.")
    return answers.counts() | times


def await_models(health: Health) -> None:
    """Wait until the worker can be asked.

    Raises:
        DistressdError: the models cannot be loaded.
    """
    deadline = time.monotonic() + LOAD_PATIENCE_S
    while health.part("language").state not in {"ok", "degraded"}:
        part = health.part("language")
        if part.state == "unavailable" or time.monotonic() > deadline:
            raise DistressdError(f"Language is {part.state}: {part.reason}", part.remedy)
        time.sleep(0.05)
