"""The second ear: what a voice sounds like over the last two seconds.

Whisper's encoder hears them; mean and spread of its hidden layers, over the whole of them and over
the second half, are what two heads read. It was trained on 680,000 hours of speech in every kind
of noise, so that it tells fear and anger apart where a network of a few recordings cannot. It
costs some 25 ms each time, too much for the hop loop: whoever asks it waits elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.data.labels import EMOTIONS
from models.errors import ModelError
from models.features.constants import SAMPLE_RATE
from models.features.whisper_mel import log_mel
from models.networks.shapes import Size, require_shapes
from models.networks.weights import EMOTION_LSTM, Weights
from models.networks.whisper_encoder import WhisperEncoder, gelu

Float = NDArray[np.float32]

NETWORK: Final = "voice"
SHIPPED: Final = EMOTION_LSTM.with_name("voice.safetensors")
WINDOW: Final = 2 * SAMPLE_RATE
RECENT: Final = 50  # rows of 20 ms: the second half
FIRST_LAYER: Final = 1  # what enters the first block is sound rather than voice
VIEWS: Final = 4  # mean and spread, of the second half and of the whole
SUSPECTED: Final = 0.25  # probability by the first ear, from which this one is asked
EVERY: Final = 3 * SAMPLE_RATE // 10  # samples between two questions, at least


KINDS: Final = 5
_NONE, _DISTRESS, _INFANT = 0, slice(1, 4), 4  # of the kinds that the student tells, too


@dataclass(frozen=True, slots=True)
class Scale:
    """From a head's log-odds to evidence: ``weight * (log_odds - prior)``, held within bounds.

    Attributes:
        prior: log-odds that say nothing.
        least: evidence against distress, at most; not positive.
        most: evidence for it.
    """

    weight: float
    prior: float
    least: float
    most: float

    def __call__(self, log_odds: float) -> float:
        """The evidence in ``log_odds``."""
        return min(self.most, max(self.least, self.weight * (log_odds - self.prior)))


@dataclass(frozen=True, slots=True)
class Voice:
    """What was heard in a window.

    Attributes:
        evidence: log-odds of distress beyond those of any sound that is asked about; to be added
            to those of another ear. Bounded: no ear decides alone.
        emotions: probabilities of the eight emotions, (8,).
    """

    evidence: float
    emotions: Float


def pooled(encoder: WhisperEncoder, window: Float) -> Float:
    """What the heads read, (VIEWS * layers * channels,).

    Args:
        encoder: what hears.
        window: (WINDOW,) at 16 kHz.
    """
    states = encoder.of_log_mel(log_mel(window))[FIRST_LAYER:]
    recent = states[:, -RECENT:]
    views = (recent.mean(axis=1), recent.std(axis=1), states.mean(axis=1), states.std(axis=1))
    return np.concatenate([view.ravel() for view in views])


class _Head:
    """What all heads have in common: weights that are of this network.

    Args:
        weights: with ``NAME.weight`` and ``NAME.bias``, layer by layer.
        layers: outputs and inputs of each, by its name; the first reads ``figures``.

    Raises:
        ModelError: if they are weights of another network, or a tensor is missing or of another
            shape.
    """

    def __init__(self, weights: Weights, layers: Mapping[str, tuple[Size, Size]]) -> None:
        if weights.metadata.get("network") != NETWORK:
            raise ModelError(
                "These weights are not of the voice network.",
                "Name weights that `distressd train --recipe voice` made.",
            )
        shapes: dict[str, tuple[Size, ...]] = {}
        for name, (outputs, inputs) in layers.items():
            shapes |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
        self.size = require_shapes(weights, shapes, "voice network")["figures"]
        self._maps = [
            tuple(
                np.asarray(weights.tensors[f"{name}.{part}"], np.float32)
                for part in ("weight", "bias")
            )
            for name in layers
        ]


class EmotionHead(_Head):
    """Tells the eight emotions.

    Args:
        weights: ``emotions.weight`` (8, n) and ``emotions.bias``.

    Raises:
        ModelError: if they are weights of another network.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights, {"emotions": (len(EMOTIONS), "figures")})

    def __call__(self, figures: Float) -> Float:
        """Logits, (windows, 8), of what was pooled of some windows, (windows, size)."""
        weight, bias = self._maps[0]
        return np.asarray(figures @ weight.T + bias, np.float32)


class DistressHead(_Head):
    """Tells cries, anger and fear from everything else.

    Args:
        weights: ``hidden.weight`` (hidden, n), ``hidden.bias``, ``kinds.weight`` (5, hidden) and
            ``kinds.bias``; and in the metadata ``evidence``: ``weight``, ``prior``, ``least``,
            ``most``.

    Raises:
        ModelError: if they are weights of another network, or of another version.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights, {"hidden": ("units", "figures"), "kinds": (KINDS, "units")})
        try:
            self._scale = Scale(**weights.metadata["evidence"])
        except (LookupError, TypeError) as error:
            raise ModelError(
                f"The weights of the voice network do not say what they amount to ({error}).",
                "Reinstall distressd, or train them with this version.",
            ) from error

    def __call__(self, figures: Float) -> Float:
        """Log-odds of distress in some windows, (windows,): on the scale of the training.

        Args:
            figures: (windows, size).
        """
        (into, lift), (out, offset) = self._maps
        kinds = gelu(figures @ into.T + lift) @ out.T + offset
        distress = np.logaddexp.reduce(kinds[:, _DISTRESS], axis=1)
        return np.asarray(distress - np.logaddexp(kinds[:, _NONE], kinds[:, _INFANT]), np.float32)

    def evidence(self, log_odds: float) -> float:
        """What such log-odds amount to beside another ear's."""
        return self._scale(log_odds)


class VoiceNetwork:
    """Encoder and heads together. One object, one thread.

    Args:
        encoder: the ``model.bin`` of whisper-tiny.en.
        weights: of the heads.

    Raises:
        ModelError: something is missing, or they do not belong together.
    """

    def __init__(self, encoder: Path, weights: Weights) -> None:
        self._encoder = WhisperEncoder(encoder)
        self._distress = DistressHead(weights)
        self._emotions = EmotionHead(weights)
        made = VIEWS * self._encoder.layers * self._encoder.channels
        if not made == self._distress.size == self._emotions.size:
            raise ModelError(
                f"The voice network reads {self._distress.size} figures of a window, of which it"
                f" tells emotions by {self._emotions.size}, and {encoder}"
                f" makes {made}.",
                "Its heads were trained beside whisper-tiny.en: run `distressd models pull"
                " whisper-tiny.en`.",
            )

    def __call__(self, window: Float) -> Voice:
        """What is heard in ``window``, (WINDOW,) float32 at 16 kHz."""
        figures = pooled(self._encoder, window)[None]
        logits = self._emotions(figures)[0]
        raised = np.exp(logits - logits.max())
        evidence = self._distress.evidence(float(self._distress(figures)[0]))
        return Voice(evidence, raised / raised.sum())
