"""The slow lane beside the fast one: a worker that never runs dry, and how long words take.

The lane belongs to this process and the daemon that is measured has one of its own, so that twice
as much as usual stands in the fast lane's way.
"""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from daemon.bench.percentiles import percentiles
from daemon.config.schema import Language
from daemon.errors import DistressdError
from daemon.health import Health
from daemon.language.lane import LanguageLane
from daemon.language.utterance import Utterance, Words
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

CALM: Final = 20  # utterances that find the worker idle
TAIL: Final = 95  # percentile: of so few the 99th is the longest
LOAD_PATIENCE_S: Final = 120.0
ANSWER_PATIENCE_S: Final = 120.0
KEPT_WAITING: Final = 16


@dataclass
class _Answers:
    """What became of utterances, and when."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    words: list[tuple[float, Words]] = field(default_factory=list)

    def take(self, words: Words) -> None:
        with self.changed:
            self.words.append((time.monotonic(), words))
            self.changed.notify_all()

    def until(self, number: int) -> None:
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.words) >= number, ANSWER_PATIENCE_S):
                raise DistressdError("The language worker gave no answer.", "See its log.")


def utterance(number: int, sound: Float, *, explained: bool = False) -> Utterance:
    """The ``number``-th utterance of a bench."""
    pcm = (np.clip(sound, -1.0, 1.0) * 32767).astype(np.int16)
    begin = number * len(pcm)
    return Utterance(
        id=f"bench-{number}",
        start=begin,
        end=begin + len(pcm),
        pcm=pcm,
        score=0.0,
        explained=explained,
        cut_ns=time.monotonic_ns(),
    )


@contextlib.contextmanager
def busy_lane(config: Language, speech: Sequence[Float]) -> Iterator[dict[str, Any]]:
    """Figures of an idle worker at once, of a busy one when this is left.

    Args:
        config: ``[language]``.
        speech: utterances, (n,) at 16 kHz.

    Raises:
        DistressdError: the models cannot be loaded, the lane died, or nothing is spoken.
    """
    health, answers, numbers = Health(), _Answers(), count()
    lane = LanguageLane(config, health)
    lane.start()
    try:
        await_models(health)
        for number in range(1, CALM + 1):
            lane.submit(utterance(next(numbers), speech[number % len(speech)]), answers.take)
            answers.until(number)
        calm = [words for _, words in answers.words]
        read = [words.verdict_ms for words in calm if words.text]
        if not read:
            raise DistressdError("No words were believed.", "Give it recordings of speech.")
        figures: dict[str, Any] = {
            "transcript_ms": percentiles([one.transcript_ms for one in calm], tail=TAIL),
            "verdict_ms": percentiles(read, tail=TAIL),
        }
        stopping = threading.Event()
        feeder = threading.Thread(
            target=_feed, args=(lane, speech, numbers, answers, stopping), daemon=True
        )
        began = time.monotonic()
        feeder.start()
        yield figures
        stopping.set()
        feeder.join()
        lane.check()
        busy = [at for at, words in answers.words[CALM:] if not words.lost and at > began]
        minutes = (time.monotonic() - began) / 60.0
        figures["utterances_per_min"] = round(len(busy) / minutes, 1)
    finally:
        lane.stop()


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


def _feed(
    lane: LanguageLane,
    speech: Sequence[Float],
    numbers: Iterator[int],
    answers: _Answers,
    stopping: threading.Event,
) -> None:
    while lane.alive and not stopping.is_set():
        for _ in range(KEPT_WAITING - lane.waiting):
            number = next(numbers)
            lane.submit(utterance(number, speech[number % len(speech)]), answers.take)
        stopping.wait(0.05)


def pieces(sound: Float, seconds: float = 4.0) -> list[Float]:
    """``sound``, (n,), in pieces of so many seconds."""
    size = int(seconds * SAMPLE_RATE)
    return [sound[at : at + size] for at in range(0, max(1, len(sound) - size + 1), size)]
