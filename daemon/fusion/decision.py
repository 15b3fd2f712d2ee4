"""What a track takes in at each hop, and what it decides."""

from dataclasses import dataclass
from typing import Literal

from daemon.fusion.kind import Cues
from daemon.wire.alert import ClearReason
from daemon.wire.base import Kind, Level, Phase

Cause = Literal["confirmed", "overwhelming", "amended", "text", "score", "quiet", "closed"]
"""Why now: a level was held long enough; sound alone was overwhelming; a slow lane changed the
level; words were weighed; the score moved; it has been quiet long enough; listening stopped."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One hop, as a track sees it.

    Attributes:
        sample: absolute index of the sample after the hop's last one; ascending.
        score: fused probability of distress.
        audio: what sound alone says.
        cues: what speaks for each kind.
        trustworthy: whether a fresh text may raise more than an advisory by itself.
    """

    sample: int
    score: float
    audio: float
    cues: Cues
    trustworthy: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """One step in the life of an alert.

    Attributes:
        alert: the alert's id.
        phase: raised, updated or cleared.
        cause: why now.
        kind: fixed as it was raised.
        level: the level from now on; of a cleared alert, the one it ended with.
        before: the level up to now; None where the alert is raised.
        score: the fused score of the deciding hop, in every phase (a cleared alert's peak is the
            largest score of its events).
        sample: the deciding hop.
        onset: sample at which the alert's evidence began.
        reason: why it was cleared, else None.
    """

    alert: str
    phase: Phase
    cause: Cause
    kind: Kind
    level: Level
    before: Level | None
    score: float
    sample: int
    onset: int
    reason: ClearReason | None = None
