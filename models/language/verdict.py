"""What was made of one transcript."""

from dataclasses import dataclass
from typing import Final

from models.language.explanation import Category

PRIOR: Final = 0.36
"""The share of distress among the sentences that probabilities are calibrated on."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Calibrated probability that these words speak of distress.

    Attributes:
        probability: of the piece that speaks most for distress; None where nobody could read the
            text (no words, or a script that the models do not know).
        category: what kind, only where an explanation was asked for.
        reason: one sentence, likewise. It may quote what was said.
        readers: who took part: ``meaning`` (sentence embedding), ``feeling`` (language model).
    """

    probability: float | None
    category: Category | None = None
    reason: str | None = None
    readers: tuple[str, ...] = ()
