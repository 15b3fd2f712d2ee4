"""The alert, as it is decided, stored and sent."""

from typing import Literal

from pydantic import Field

from daemon.wire.base import (
    Category,
    Emotion,
    Kind,
    Level,
    Message,
    Modality,
    Phase,
    Probability,
    ServerMessage,
    SourceName,
)

ClearReason = Literal["ended", "restart", "stopped", "source_lost", "paused"]


class Evidence(Message):
    """What one modality says."""

    probability: Probability
    weight: Probability = Field(description="share in the fused log-odds; all shares sum to 1")
    age_s: float = Field(ge=0.0, description="sample time since the evidence was made")


class EmotionShare(Message):
    """One emotion of the posterior."""

    emotion: Emotion
    probability: Probability


class SoundShare(Message):
    """One sound event heard over the last second, by its AudioSet name."""

    label: str
    score: Probability


class LatencyMs(Message):
    """Milliseconds that the deciding hop spent in each stage.

    ``capture``: from the converter to the ring; ``hop``: ring to evidence; ``fusion``: evidence
    to decision; ``store``: decision to written; ``send``: written to handed to the sockets.
    """

    capture: float = 0.0
    hop: float = 0.0
    fusion: float = 0.0
    store: float = 0.0
    send: float = 0.0


class AlertEvent(ServerMessage):
    """One step in the life of an alert: raised, then updated any number of times, then cleared.

    ``seq`` is given by the store when it is appended and is 0 before that. ``time`` is the wall
    time of the decision.
    """

    type: Literal["alert"] = "alert"
    id: str = Field(description="the same for every event of one alert")
    seq: int = Field(default=0, ge=0)
    phase: Phase
    kind: Kind
    level: Level
    score: Probability = Field(description="fused probability of distress")
    evidence: dict[Modality, Evidence]
    emotions: tuple[EmotionShare, ...] = Field(description="most probable first, at most three")
    sounds: tuple[SoundShare, ...] = Field(description="strongest sound events, at most three")
    transcript: str | None = None
    category: Category | None = Field(
        default=None, description="what kind of distress was spoken of"
    )
    explanation: str | None = Field(
        default=None, description="the language model's sentence on what was said"
    )
    why: str = Field(description="one plain sentence")
    reason: ClearReason | None = Field(default=None, description="why it was cleared")
    durable: bool = Field(default=True, description="false: not on the disk when it was sent")
    source: SourceName
    onset_s: float = Field(description="sample time at which the alert's evidence began")
    latency_ms: LatencyMs = LatencyMs()
