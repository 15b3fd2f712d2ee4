"""From what the readers say of a piece of text to one calibrated probability of distress.

Two kernel machines: one over the embedding, and one over the embedding together with what the
registered language model would say next. A word of one sentence in its own sense is near the same
word in another scene, so that a hyperplane over all scenes does worse than nearness to sentences
that are known. The parameters are fitted by ``python -m models.training.words`` and ship as
``models/weights/words.safetensors``. Of another language model only the contrast of adjectives is
used: by a recipe of its own (``distressd tune prompt``), or by the shipped, uncalibrated for it.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialise

from models.errors import ModelError
from models.language.adjectives import WORDS

Float = NDArray[np.float32]

SHIPPED: Final = Path(__file__).parents[1] / "weights" / "words.safetensors"
STEPS: Final = 127.0  # of the stored integers
FELT_LIMIT: Final = 4.0  # standard deviations beyond which nothing more is said
_SLOPES: Final = {"meaning": 3, "together": 3, "feeling": 3, "both": 4}


@dataclass(frozen=True, slots=True)
class Known:
    """Sentences that are known, as both readers see them.

    Attributes:
        vectors: (n, 384) embeddings.
        felt: (n, m) what the language model would say next, standardised, over √m.
        mean: (m,) taken off before.
        scale: (m,) divided by before, √m included.
        alone: (n,) coefficients of the machine over embeddings.
        together: (n,) of the machine over both.
        gamma: widths: of the embedding alone, of the embedding and of the feeling together.
        bias: of either machine.
    """

    vectors: Float
    felt: Float
    mean: Float
    scale: Float
    alone: Float
    together: Float
    gamma: tuple[float, float, float]
    bias: tuple[float, float]

    def standardised(self, felt: Float) -> Float:
        """What a language model says, (m,) log-probabilities, on the scale of ``felt``."""
        limit = FELT_LIMIT / math.sqrt(len(self.mean))
        return np.asarray(np.clip((felt - self.mean) / self.scale, -limit, limit), np.float32)

    def lean(self, embedding: Float, felt: Float | None = None) -> float:
        """Log-odds before calibration, by the embedding, (384,), or by both."""
        apart = _squared(self.vectors, embedding)
        if felt is None:
            return float(self.alone @ np.exp(-self.gamma[0] * apart)) + self.bias[0]
        felt_apart = _squared(self.felt, self.standardised(felt))
        near = np.exp(-self.gamma[1] * apart - self.gamma[2] * felt_apart)
        return float(self.together @ near) + self.bias[1]


def _squared(rows: Float, one: Float) -> Float:
    """Squared distances, (n,)."""
    difference = rows - one
    return np.asarray(np.einsum("ij,ij->i", difference, difference), np.float32)


@dataclass(frozen=True, slots=True)
class Vote:
    """Logistic regressions over what the readers say.

    Attributes:
        known: see there.
        slopes: by what was read (``meaning``: embedding; ``together``: embedding and the registered
            language model; ``feeling``: another language model; ``both``: embedding and another),
            one for each figure, one for calls, and the offset.
    """

    known: Known
    slopes: Mapping[str, tuple[float, ...]]

    @classmethod
    def load(cls, path: Path = SHIPPED) -> "Vote":
        """From the shipped file, or another.

        Raises:
            ModelError: it is missing or not of this version.
        """
        try:
            with safe_open(path, framework="numpy") as file:
                about = json.loads((file.metadata() or {})["words"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return cls._of(about, tensors)
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise ModelError(
                f"The calibration of what was said, {path}, cannot be used ({error}).",
                "Install distressd again.",
            ) from error

    @classmethod
    def _of(cls, about: Mapping[str, Any], tensors: Mapping[str, Any]) -> "Vote":
        slopes = {name: tuple(map(float, about["slopes"][name])) for name in _SLOPES}
        if {n: len(s) for n, s in slopes.items()} != _SLOPES or about["words"] != list(WORDS):
            raise ValueError("other readers than those of this version")
        felt_size = tensors["felt"].shape[1]
        floats = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
        known = Known(
            floats["vectors"] / np.float32(STEPS * about["finest"]),
            floats["felt"] * np.float32(FELT_LIMIT / STEPS / math.sqrt(felt_size)),
            floats["mean"],
            floats["scale"],
            floats["alone"],
            floats["together"],
            (about["gamma"][0], about["gamma"][1], about["gamma"][2]),
            (about["bias"][0], about["bias"][1]),
        )
        return cls(known, slopes)

    def save(self, path: Path = SHIPPED) -> None:
        """Write the file; vectors become integers of eight bits."""
        known = self.known
        finest = 1.0 / float(np.abs(known.vectors).max())
        whole = known.felt * math.sqrt(known.felt.shape[1]) * STEPS / FELT_LIMIT
        tensors = {
            "vectors": np.round(known.vectors * STEPS * finest).astype(np.int8),
            "felt": np.round(np.clip(whole, -STEPS, STEPS)).astype(np.int8),
            "mean": known.mean,
            "scale": known.scale,
            "alone": known.alone,
            "together": known.together,
        }
        about = {
            "finest": finest,
            "gamma": known.gamma,
            "bias": known.bias,
            "slopes": {name: [round(x, 5) for x in s] for name, s in self.slopes.items()},
            "words": WORDS,
        }
        path.write_bytes(serialise(tensors, {"words": json.dumps(about)}))

    def probability(self, read: str, figures: tuple[float, ...], *, call: bool) -> float:
        """Calibrated probability of distress.

        Args:
            read: a key of ``slopes``: who has read it.
            figures: what they said.
            call: whether it has words that leave little doubt.
        """
        slopes = self.slopes[read]
        said = (*figures, float(call))
        odds = slopes[-1] + math.fsum(s * f for s, f in zip(slopes[:-1], said, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
