"""From what the two readers say of a piece of text to one calibrated probability of distress.

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
        meaning: slope and offset where only the embedding was read.
        feeling: slope and offset where only the language model was.
        both: slopes of meaning and feeling, and the offset, where both were.
    """

    weight: Float
    bias: float
    meaning: tuple[float, float]
    feeling: tuple[float, float]
    both: tuple[float, float, float]

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
        slope, offset = stored["meaning"]
        own_slope, own_offset = stored["feeling"]
        first, second, both_offset = stored["both"]
        return cls(
            np.asarray(stored["weight"], np.float32),
            float(stored["bias"]),
            (float(slope), float(offset)),
            (float(own_slope), float(own_offset)),
            (float(first), float(second), float(both_offset)),
        )

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

    def probability(self, lean: float | None, feeling: float | None) -> float:
        """Calibrated probability of distress from what was read.

        Raises:
            ValueError: neither reader has read it.
        """
        if lean is not None and feeling is not None:
            odds = self.both[0] * lean + self.both[1] * feeling + self.both[2]
        elif lean is not None:
            odds = self.meaning[0] * lean + self.meaning[1]
        elif feeling is not None:
            odds = self.feeling[0] * feeling + self.feeling[1]
        else:
            raise ValueError("nobody has read it")
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
