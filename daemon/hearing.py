"""How the daemon hears at this moment: for subscribers, channels and supervision."""

import time

from daemon.health import Health
from daemon.pipeline import Pipeline
from daemon.upkeep import Heard
from daemon.wire.base import rfc3339
from daemon.wire.server import SourceStatus
from models.features.constants import SAMPLE_RATE

STALLED_S = 2.0
BEHIND_S = 1.0


class Hearing:
    """Looks at the pipeline from any thread; every method is cheap.

    Args:
        pipeline: what hears.
        health: where the source reports.
    """

    def __init__(self, pipeline: Pipeline, health: Health) -> None:
        self._pipeline = pipeline
        self._health = health

    def stream_s(self) -> float:
        """Sample time now."""
        return self._pipeline.clock.stream_s(self._pipeline.loop.position)

    def source(self) -> SourceStatus:
        """The source as the wire shows it, pause included."""
        part = self._health.part("source")
        until = self._pipeline.fusion.paused_until
        return SourceStatus(
            name=self._pipeline.source.name,
            state=part.state,
            reason=part.reason,
            remedy=part.remedy,
            liveness=part.stage,
            cause=part.cause,
            paused_until=None if until is None else rfc3339(until),
        )

    def heard(self) -> Heard:
        """How sound gets on, for the watchdog."""
        loop, fusion = self._pipeline.loop, self._pipeline.fusion
        behind = loop.position - fusion.latest.sample
        silent_s = (time.monotonic_ns() - loop.heard_ns) / 1e9
        keeps_up = not self._pipeline.source.live or behind <= BEHIND_S * SAMPLE_RATE
        return Heard(silent_s, decided=fusion.alive and keeps_up)

    def obstacles(self) -> list[str]:
        """Why nothing may be heard although every part says that it is well."""
        loop, fusion = self._pipeline.loop, self._pipeline.fusion
        found = []
        silent_s = (time.monotonic_ns() - loop.heard_ns) / 1e9
        if silent_s > STALLED_S and self._health.part("source").state in {"ok", "degraded"}:
            found.append(f"No sound has been heard for {silent_s:.0f} s.")
        if not fusion.alive:
            found.append("Fusion has died: no alert is raised until the daemon is restarted.")
        elif loop.position - fusion.latest.sample > BEHIND_S * SAMPLE_RATE:
            found.append("Fusion is more than a second behind the sound.")
        return found
