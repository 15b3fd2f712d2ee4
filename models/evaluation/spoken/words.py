"""Words mixed into scenes: calls for help after events, other talk elsewhere.

A voice of espeak-ng says both, as loudly and in the same manner, so that neither that somebody
speaks nor how tells what is distress: the words do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.evaluation.scenes.mixing import Event, Truth, brought_to
from models.evaluation.scenes.script import SNR_DB, Scene
from models.evaluation.sentences import Sentence
from models.evaluation.voices import speak_by_chance
from models.features.constants import SAMPLE_RATE
from models.rooms import Room, reverberate

Float = NDArray[np.float32]

FOLLOWED: Final = 0.6  # of the events, those after which somebody says what is wrong
PAUSE_S: Final = 0.3  # between the event and the words
TALK_EVERY_S: Final = (15.0, 35.0)
FIRST_TALK_S: Final = 6.0
AFTER_S: Final = 6.0  # what may be raised or amended after an event's end: words come late
_SEED: Final = 9


@dataclass(frozen=True, slots=True)
class Uttered:
    """One sentence in a scene."""

    text: str
    distress: bool
    start_s: float
    end_s: float
    snr_db: int


def with_words(
    scene: Scene, stream: Float, truth: Truth, sentences: Sequence[Sentence]
) -> tuple[Float, Truth, tuple[Uttered, ...]]:
    """``scene`` as mixed, with somebody speaking in it; an event ends with the words after it.

    Raises:
        DataError: espeak-ng is missing.
    """
    rng = np.random.default_rng((*scene.seed, _SEED))
    calls = _dealt([one for one in sentences if one.distress], rng)
    talk = _dealt([one for one in sentences if not one.distress], rng)
    response = Room.drawn(rng).response(rng)
    stream = stream.copy()
    uttered: list[Uttered] = []

    def say(sentence: Sentence, start_s: float, snr_db: int) -> float:
        """Mix it in; when it ends."""
        sound = reverberate(speak_by_chance(sentence.text, rng), response)
        begin = int(start_s * SAMPLE_RATE)
        sound = brought_to(sound, _level_db(scene, start_s) + snr_db)[: len(stream) - begin]
        stream[begin : begin + len(sound)] += sound
        end_s = start_s + len(sound) / SAMPLE_RATE
        uttered.append(Uttered(sentence.text, sentence.distress, start_s, end_s, snr_db))
        return end_s

    events = []
    for event in truth.events:
        follows = rng.random() < FOLLOWED and event.offset_s + PAUSE_S < scene.seconds - 1.0
        end_s = say(next(calls), event.offset_s + PAUSE_S, event.snr_db) if follows else 0.0
        events.append(replace(event, offset_s=max(event.offset_s, end_s)))
    at_s = FIRST_TALK_S
    while at_s < scene.seconds - 1.0:
        if _free(events, at_s):
            at_s = say(next(talk), at_s, int(rng.choice(SNR_DB)))
        at_s += float(rng.uniform(*TALK_EVERY_S))
    return np.clip(stream, -1.0, 1.0), replace(truth, events=tuple(events)), tuple(uttered)


T = TypeVar("T")


def _dealt(cards: Sequence[T], rng: np.random.Generator) -> Iterator[T]:
    """Everything once, in an order by chance, before anything comes again."""
    while True:
        yield from (cards[i] for i in rng.permutation(len(cards)))


def _level_db(scene: Scene, at_s: float) -> float:
    return max((s for s in scene.stretches if s.start_s <= at_s), key=lambda s: s.start_s).level_db


def _free(events: Sequence[Event], at_s: float) -> bool:
    """Whether nothing happens within the time of a sentence."""
    return all(not e.onset_s - 8.0 <= at_s <= e.offset_s + AFTER_S for e in events)
