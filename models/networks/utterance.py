"""The second opinion on a closed utterance: what the voice alone says of the whole of it.

Whisper's encoder hears the utterance at its own length; the mean and the spread of its hidden
layers over the part that is loud are what a linear head reads. It may know what the hop loop
cannot: how the utterance went on and ended. The encoder is the one that transcribes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from models.data.labels import EMOTIONS
from models.errors import ModelError
from models.features.constants import SAMPLE_RATE
from models.features.whisper_mel import log_mel
from models.networks.shapes import require_shapes, unfit
from models.networks.weights import Weights
from models.networks.whisper_encoder import WhisperEncoder

Float = NDArray[np.float32]

NETWORK: Final = "utterance"
LONGEST: Final = 12 * SAMPLE_RATE  # of an utterance that is heard, from its beginning
SHORTEST: Final = 800
LOUD_FROM: Final = 0.3  # of the way from the softest row to nearly the loudest, in log energy
LOUDEST: Final = 98  # percentile: a click is not the loudest of a voice
FIRST_LAYER: Final = 1  # what enters the first block is sound rather than voice
OUTCOMES: Final = ("none", "distress", "infant")
VIEWS: Final = 2  # mean and standard deviation


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was heard in an utterance.

    Attributes:
        emotions: probabilities of the eight emotions, (8,).
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
    """

    emotions: Float
    distress: float
    infant: float


def loud_rows(mel: Float) -> tuple[int, int]:
    """First and one past the last row of 20 ms, of a log-mel (n, 80), that is loud."""
    energy = mel.mean(axis=1)
    pairs = (energy[0 : len(energy) // 2 * 2 : 2] + energy[1::2]) / 2
    low = pairs.min()
    loud = np.flatnonzero(pairs > low + (np.percentile(pairs, LOUDEST) - low) * LOUD_FROM)
    return (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(pairs))


def pooled(encoder: WhisperEncoder, sound: Float, speed: float = 1.0) -> Float:
    """Mean and standard deviation of each layer but the first, (2, layers, channels).

    Args:
        encoder: what hears.
        sound: (n,) at 16 kHz.
        speed: at which it is played to the encoder, pitch and tempo together.
    """
    if speed != 1.0:
        sound = soxr.resample(sound, SAMPLE_RATE * speed, SAMPLE_RATE, quality="MQ")
    heard = np.asarray(sound[:LONGEST], np.float32)
    if len(heard) < SHORTEST:
        heard = np.pad(heard, (0, SHORTEST - len(heard)))
    mel = log_mel(heard)
    first, last = loud_rows(mel)
    states = encoder.of_log_mel(mel)[FIRST_LAYER:, first:last]
    return np.stack([states.mean(axis=1), states.std(axis=1)])


class Head:
    """Linear maps from what was pooled to the emotions and to the outcomes.

    Args:
        weights: ``emotions.weight`` (8, n), ``emotions.bias`` (8,), and the same of ``outcomes``
            (3, n), with the speeds at which the emotions are heard in the metadata.

    Raises:
        ModelError: if they are weights of another network, or a tensor is missing or of another
            shape.
    """

    def __init__(self, weights: Weights) -> None:
        if weights.metadata.get("network") != NETWORK:
            raise ModelError(
                "These weights are not of the utterance network.",
                "Name weights that `distressd train --recipe utterance` made.",
            )
        shapes = {
            "emotions.weight": (len(EMOTIONS), "figures"), "emotions.bias": (len(EMOTIONS),),
            "outcomes.weight": (len(OUTCOMES), "figures"), "outcomes.bias": (len(OUTCOMES),),
        }  # fmt: skip
        self.size = require_shapes(weights, shapes, "utterance network")["figures"]
        names = ("emotions", "outcomes")
        self._maps = {
            name: (
                weights.tensors[f"{name}.weight"].astype(np.float32),
                weights.tensors[f"{name}.bias"].astype(np.float32),
            )
            for name in names
        }
        try:
            self.speeds: tuple[float, ...] = tuple(
                float(speed) for speed in weights.metadata["speeds"]
            )
        except (LookupError, TypeError, ValueError):
            self.speeds = ()
        if not self.speeds:
            raise unfit(weights, "utterance network", "it does not say at which speeds it hears")

    def __call__(self, views: Float) -> Opinion:
        """The opinion on one utterance.

        Args:
            views: what was pooled of it at each of ``speeds``, (speeds, 2, layers, channels);
                the outcomes are read off the first.
        """
        flat = views.reshape(len(views), -1)
        emotions = _softmax(self._logits("emotions", flat.mean(axis=0)))
        outcomes = _softmax(self._logits("outcomes", flat[0]))
        return Opinion(emotions, float(outcomes[1]), float(outcomes[2]))

    def _logits(self, name: str, figures: Float) -> Float:
        weight, bias = self._maps[name]
        return np.asarray(weight @ figures + bias, np.float32)


class UtteranceNetwork:
    """Encoder and head together.

    Args:
        encoder: the ``model.bin`` of whisper-tiny.en.
        weights: of the head.

    Raises:
        ModelError: something is missing, or they do not belong together.
    """

    def __init__(self, encoder: Path, weights: Weights) -> None:
        self._encoder = WhisperEncoder(encoder)
        self._head = Head(weights)
        made = VIEWS * self._encoder.layers * self._encoder.channels
        if made != self._head.size:
            raise ModelError(
                f"The utterance network reads {self._head.size} figures, and {encoder} makes"
                f" {made}.",
                "Its head was trained beside whisper-tiny.en: run `distressd models pull"
                " whisper-tiny.en`.",
            )

    def __call__(self, sound: Float) -> Opinion:
        """The opinion on ``sound``, (n,) at 16 kHz."""
        return self._head(np.stack([pooled(self._encoder, sound, s) for s in self._head.speeds]))


def _softmax(logits: Float) -> Float:
    raised = np.exp(logits - logits.max())
    return np.asarray(raised / raised.sum(), np.float32)
