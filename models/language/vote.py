"""From what the readers say of a piece of text to one calibrated probability of distress.

The parameters are fitted by ``python -m models.training.words`` on the tuning topics of
``models/evaluation/sentences.txt`` and ship as ``models/weights/words.json``.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

Float = NDArray[np.float32]

SHIPPED: Final = Path(__file__).parents[1] / "weights" / "words.json"


@dataclass(frozen=True, slots=True)
class Vote:
    """Logistic regressions: one over the embedding, and one over what both readers say.

    Attributes:
        weight: (384,) of the embedding.
        bias: of the embedding.
        meaning: slopes of the embedding and of calls, and the offset, where only these were read.
        feeling: slopes of the language model and of calls, and the offset.
        both: slopes of meaning, feeling and calls, and the offset.
    """

    weight: Float
    bias: float
    meaning: tuple[float, ...]
    feeling: tuple[float, ...]
    both: tuple[float, ...]

    @classmethod
    def load(cls, path: Path = SHIPPED) -> "Vote":
        """From the shipped file, or another.

        Raises:
            ModelError: it is missing or not of this version.
        """
        try:
            return cls.of(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The calibration of what was said, {path}, cannot be used ({error}).",
                "Install distressd again.",
            ) from error

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Vote":
        """From what :meth:`stored` gives."""
        meaning, feeling, both = (
            tuple(float(x) for x in stored[name]) for name in ("meaning", "feeling", "both")
        )
        if (len(meaning), len(feeling), len(both)) != (3, 3, 4):
            raise ValueError("other readers than those of this version")
        weight = np.asarray(stored["weight"], np.float32)
        return cls(weight, float(stored["bias"]), meaning, feeling, both)

    def stored(self) -> dict[str, Any]:
        """For the file."""
        return {
            "weight": [round(float(w), 5) for w in self.weight],
            "bias": round(self.bias, 5),
            "meaning": [round(x, 5) for x in self.meaning],
            "feeling": [round(x, 5) for x in self.feeling],
            "both": [round(x, 5) for x in self.both],
        }

    def lean(self, embedding: Float) -> float:
        """What the embedding, (384,), says: log-odds before calibration."""
        return float(self.weight @ embedding) + self.bias

    def probability(self, lean: float | None, feeling: float | None, call: bool) -> float:
        """Calibrated probability of distress from what was read.

        Args:
            lean: what the embedding says (see :meth:`lean`).
            feeling: what the language model says.
            call: whether it has words that leave little doubt.

        Raises:
            ValueError: neither model has read it.
        """
        figures: tuple[float, ...]
        if lean is not None and feeling is not None:
            figures, slopes = (lean, feeling, float(call)), self.both
        elif lean is not None:
            figures, slopes = (lean, float(call)), self.meaning
        elif feeling is not None:
            figures, slopes = (feeling, float(call)), self.feeling
        else:
            raise ValueError("nobody has read it")
        odds = slopes[-1] + math.fsum(s * f for s, f in zip(slopes, figures, strict=False))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
