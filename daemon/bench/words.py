"""Thousands of utterances through one worker: does it grow?"""

import threading
import time
from collections.abc import Iterator
from itertools import count, islice
from typing import Any, Final

import numpy as np
import psutil
from tqdm import tqdm

from daemon.bench.feeding import utterance
from daemon.bench.language import await_models
from daemon.config.schema import Language
from daemon.errors import DistressdError
from daemon.health import Health
from daemon.language.lane import LanguageLane
from daemon.language.utterance import Utterance, Words
from models.evaluation.sentences import read_sentences
from models.evaluation.voices import speak_by_chance

MOST_WORDS: Final = 4  # short ones: what grows, grows with every utterance
EXPLAINED_EVERY: Final = 50
SAMPLES: Final = 20  # of the worker's memory
PATIENCE_S: Final = 3_600.0  # what is measured is memory, however busy the machine is
UNLIMITED_MB: Final = 1_000_000  # it is not to be replaced for what is to be seen
REST_S: Final = 0.5


def endure(config: Language, utterances: int) -> dict[str, Any]:
    """Memory of one worker over so many utterances, all different from their neighbours.

    Raises:
        DistressdError: the models or espeak-ng are missing, or the worker was lost.
    """
    spoken = _spoken()
    health, answered = Health(), threading.Condition()
    done: list[Words] = []

    def take(words: Words) -> None:
        with answered:
            done.append(words)
            answered.notify_all()

    patient = {"memory_mb": UNLIMITED_MB, "timeout_s": PATIENCE_S, "niceness": 0}
    lane = LanguageLane(config.model_copy(update=patient), health, lossless=True)
    lane.start()
    try:
        await_models(health)
        worker = psutil.Process(lane.pid)
        resident: list[float] = []
        part = max(1, utterances // SAMPLES)
        progress = tqdm(total=utterances, desc="utterances")
        for at in range(0, utterances, part):
            wanted = min(at + part, utterances)
            for one in islice(spoken, wanted - at):
                lane.submit(one, take)
            with answered:
                if not answered.wait_for(lambda n=wanted: len(done) >= n, PATIENCE_S):  # type: ignore[misc]
                    raise DistressdError("The language worker gave no answer.", "See its log.")
            progress.update(wanted - at)
            resident.append(at_rest_mb(worker))
        progress.close()
        return {
            "utterances": len(done),
            "believed": sum(bool(one.text) for one in done),
            "lost": sum(bool(one.lost) for one in done),
            "restarts": int(lane.figures()["restarts"]),
            "resident_mb": [round(one, 1) for one in resident],
            "growth_mb": round(growth(resident), 1),
        }
    finally:
        lane.stop()


def at_rest_mb(worker: psutil.Process) -> float:
    """Resident megabytes: right after its last answer a worker gives back what is free."""
    until, least = time.monotonic() + REST_S, float("inf")
    while time.monotonic() < until:
        least = min(least, worker.memory_info().rss / 1e6)
        time.sleep(REST_S / 20)
    return least


def growth(resident: list[float]) -> float:
    """From the second quarter to the last: the first one warms up."""
    quarter = max(1, len(resident) // 4)
    return float(np.median(resident[-quarter:]) - np.median(resident[quarter : 2 * quarter]))


def _spoken() -> Iterator[Utterance]:
    """Short sentences, over and over, each time in another voice and in other noise."""
    rng = np.random.default_rng(5)
    texts = [one.text for one in read_sentences("tune") if len(one.text.split()) <= MOST_WORDS]
    sounds = [speak_by_chance(text, rng) for text in texts]
    for number in count():
        sound = sounds[number % len(sounds)]
        noise = rng.standard_normal(len(sound)).astype(np.float32) * np.float32(0.003)
        explained = number % EXPLAINED_EVERY == 0
        yield utterance(number, sound * np.float32(0.5) + noise, explained=explained)
