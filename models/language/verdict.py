"""What was made of one transcript."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from models.language.explanation import Category

PRIOR: Final = 0.36
"""The share of distress among the sentences that probabilities are calibrated on."""
Unread = Literal["", "no_words", "script"]
"""Why nobody read a text: it has no words; it is in a script that the models do not know."""
HEARD: Final = 0.45
"""What remains of the log-odds beyond the prior of a sentence that Whisper has heard in a room.

Of 122 utterances of three development scenes, a logistic regression on sound's log-odds and those
of the words gives the words a slope of a third: this times text's weight beside sound's, .3 / .4.
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Calibrated probability that these words speak of distress.

    Attributes:
        probability: of the piece that speaks most for distress; None where nobody could read the
            text (no words, or a script that the models do not know).
        category: what kind, only where an explanation was asked for.
        reason: one sentence, likewise. It may quote what was said.
        readers: who took part: ``meaning`` (sentence embedding), ``feeling`` (language model).
        unread: why there is no probability.
    """

    probability: float | None
    category: Category | None = None
    reason: str | None = None
    readers: tuple[str, ...] = ()
    unread: Unread = ""


def as_heard(probability: float) -> float:
    """``probability``, calibrated for words as written, for words as they were heard."""
    least = 1e-9
    odds = math.log(max(least, probability) / max(least, 1.0 - probability))
    prior = math.log(PRIOR / (1.0 - PRIOR))
    return 1.0 / (1.0 + math.exp(-(prior + HEARD * (odds - prior))))
