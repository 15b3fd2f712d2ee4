"""What a slow lane (text, context, history) says, and of which moment."""

from dataclasses import dataclass

from daemon.wire.base import Category


@dataclass(frozen=True, slots=True)
class Reading:
    """One modality's calibrated probability of distress.

    Attributes:
        probability: in [0, 1].
        sample: absolute index of the last sample that it speaks of; its age counts from there.
        prior: the share of distress that the probability is calibrated for: what is said where
            nothing is known.
        trustworthy: whether it may raise more than an advisory without the sound's support, and
            whether words may speak against distress. Only a transcription that passed its own
            checks sets it.
        transcript: the words heard, if the lane that made this may hand them on.
        since: absolute index of the first sample that it speaks of; None where it has none.
        sound: the highest probability by sound alone between the two.
        category: what kind of distress the words speak of.
        explanation: one sentence on them, which may quote them.

    Raises:
        ValueError: the probability is not one.
    """

    probability: float
    sample: int
    trustworthy: bool = False
    transcript: str | None = None
    since: int | None = None
    sound: float = 0.0
    category: Category | None = None
    explanation: str | None = None
    prior: float = 0.5

    def __post_init__(self) -> None:
        # NaN fails this too: it must stop here, for in a log-odds sum it would silence the alarm.
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"a probability of {self.probability} at sample {self.sample}")
