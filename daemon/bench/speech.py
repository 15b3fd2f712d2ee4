"""Sentences that somebody says: heard by Whisper, and many of them left in doubt by what is known.

They are of the topics that the readers were not fitted on. Of sentences that they know, the
embedding alone is sure, and the language model would have nothing to do.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.evaluation.sentences import Sentence, read_sentences
from models.evaluation.voices import speak_by_chance

Float = NDArray[np.float32]

SENTENCES: Final = 60
LOUDNESS: Final = np.float32(0.5)
ROOM: Final = np.float32(0.003)  # noise beside the voice
_SEED: Final = 6


def spoken(count: int = SENTENCES) -> list[Float]:
    """``count`` utterances, (n,) at 16 kHz: of distress, hard and ordinary ones, in turn.

    Raises:
        DataError: espeak-ng is missing.
    """
    rng = np.random.default_rng(_SEED)
    texts = _in_turn(read_sentences("test"), rng)
    return [_in_room(speak_by_chance(text, rng), rng) for text in texts[:count]]


def _in_turn(sentences: Sequence[Sentence], rng: np.random.Generator) -> list[str]:
    kinds: list[list[str]] = [[], [], []]
    for i in rng.permutation(len(sentences)):
        one = sentences[i]
        kinds[0 if one.distress else 1 if one.hard else 2].append(one.text)
    return list(chain.from_iterable(zip(*kinds, strict=False)))


def _in_room(sound: Float, rng: np.random.Generator) -> Float:
    return sound * LOUDNESS + rng.standard_normal(len(sound)).astype(np.float32) * ROOM
