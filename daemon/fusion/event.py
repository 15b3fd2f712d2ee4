"""From a judgement to the alert event that is stored and sent."""

import time

from daemon.fusion.fuser import Judgement
from daemon.fusion.sentence import why
from daemon.wire.alert import AlertEvent, EmotionShare, Evidence, LatencyMs, SoundShare
from daemon.wire.base import Emotion, SourceName, rfc3339
from models.features.constants import SAMPLE_RATE

EMOTIONS: tuple[Emotion, ...] = (
    "neutral",
    "calm",
    "happy",
    "sad",
    "angry",
    "fearful",
    "disgust",
    "surprised",
)
MOST = 3


def alert_event(
    judgement: Judgement,
    *,
    source: SourceName,
    wall_s: float,
    clear_after_s: float,
    transcripts: bool,
) -> AlertEvent:
    """The event of one decision, ``seq`` and the stages after fusion still to be filled in.

    Args:
        judgement: the decision, and what was known.
        source: where the sound comes from.
        wall_s: wall time of the decision, seconds since 1970.
        clear_after_s: how long it is quiet before an alert ends, in seconds.
        transcripts: whether an event may carry the words that were said.
    """
    decision, evidence, said = judgement.decision, judgement.evidence, judgement.said
    # A clear that no hop decided (pause, stop, end) has no latency to speak of.
    by_hop = decision.cause not in {"closed", "amended", "text"}
    return AlertEvent(
        time=rfc3339(wall_s),
        stream_s=decision.sample / SAMPLE_RATE,
        id=decision.alert,
        phase=decision.phase,
        kind=decision.kind,
        level=decision.level,
        score=decision.score,
        evidence={
            modality: Evidence(**share._asdict())
            for modality, share in judgement.fused.evidence.items()
        },
        emotions=_emotions(evidence.posterior),
        sounds=_sounds(evidence.events.top if evidence.events is not None else ()),
        transcript=said.transcript if said is not None and transcripts else None,
        category=said.category if said is not None else None,
        explanation=said.explanation if said is not None and transcripts else None,
        why=why(decision, judgement.fused, clear_after_s, said.category if said else None),
        reason=decision.reason,
        source=source,
        onset_s=decision.onset / SAMPLE_RATE,
        latency_ms=LatencyMs(
            capture=evidence.capture_ms,
            hop=(evidence.hop_ns - evidence.ring_ns) / 1e6,
            fusion=(time.monotonic_ns() - evidence.hop_ns) / 1e6,
        )
        if by_hop
        else LatencyMs(),
    )


def _emotions(posterior: tuple[float, ...] | None) -> tuple[EmotionShare, ...]:
    if posterior is None:
        return ()
    shares = sorted(zip(posterior, EMOTIONS, strict=True), key=lambda share: -share[0])
    return tuple(
        EmotionShare(emotion=emotion, probability=probability)
        for probability, emotion in shares[:MOST]
    )


def _sounds(top: tuple[tuple[str, float], ...]) -> tuple[SoundShare, ...]:
    strongest = sorted(top, key=lambda sound: -sound[1])[:MOST]
    return tuple(SoundShare(label=label, score=score) for label, score in strongest)
