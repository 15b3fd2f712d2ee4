"""What the hop loop hears, as a message for who asks."""

from daemon.acoustic.evidence import AcousticEvidence
from daemon.clock import StreamClock
from daemon.fusion.thread import FusedNow
from daemon.wire.alert import SoundShare
from daemon.wire.base import rfc3339
from daemon.wire.server import Telemetry
from models.data.labels import EMOTIONS
from models.features.constants import HOP

TELEMETRY_SAMPLES = 5 * HOP  # 20 Hz


def telemetry(evidence: AcousticEvidence, fused: FusedNow, clock: StreamClock) -> Telemetry:
    """The message for one hop."""
    posterior = evidence.posterior or (0.0,) * len(EMOTIONS)
    top = evidence.events.top if evidence.events else ()
    return Telemetry(
        time=rfc3339(clock.wall(evidence.sample)),
        stream_s=clock.stream_s(evidence.sample),
        level_db=evidence.level_db,
        floor_db=evidence.floor_db,
        gate=evidence.gate,
        distress=evidence.distress,
        infant=evidence.infant,
        score=fused.score,
        posterior=dict(zip(EMOTIONS, posterior, strict=True)),
        sounds=tuple(SoundShare(label=label, score=score) for label, score in top),
    )
