"""How things stand, for channels that show it."""

from dataclasses import dataclass
from typing import Any

from daemon.wire.alert import AlertEvent
from daemon.wire.base import LEVELS
from daemon.wire.server import SourceStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """The alerts that are open, and the source with its pause."""

    open_alerts: tuple[AlertEvent, ...]
    source: SourceStatus

    def stored(self) -> dict[str, Any]:
        """As one flat JSON object: the gravest alert, and whether anybody listens."""
        gravest = max(
            self.open_alerts, key=lambda event: (LEVELS.index(event.level), event.seq), default=None
        )
        return {
            "alert": "ON" if gravest else "OFF",
            "level": gravest.level if gravest else "none",
            "kind": gravest.kind if gravest else "none",
            "why": gravest.why if gravest else "",
            "open": len(self.open_alerts),
            "source": self.source.state,
            "liveness": self.source.liveness or self.source.state,
            "reason": self.source.reason,
            "paused": "ON" if self.source.paused_until else "OFF",
            "paused_until": self.source.paused_until,
        }
