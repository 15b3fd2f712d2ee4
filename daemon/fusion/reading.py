"""What a slow lane (text, context, history) says, and of which moment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """One modality's calibrated probability of distress.

    Attributes:
        probability: in [0, 1].
        sample: absolute index of the last sample that it speaks of; its age counts from there.
        trustworthy: whether it may raise more than an advisory without the sound's support. Only
            a transcription that passed its own checks sets it.
        transcript: the words heard, if the lane that made this may hand them on.

    Raises:
        ValueError: the probability is not one.
    """

    probability: float
    sample: int
    trustworthy: bool = False
    transcript: str | None = None

    def __post_init__(self) -> None:
        # NaN fails this too: it must stop here, for in a log-odds sum it would silence the alarm.
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"a probability of {self.probability} at sample {self.sample}")
