"""An alert as evaluation sees it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Raised:
    """When an alert was raised, at what level, which level it reached, and of what kind."""

    stream_s: float
    level: str
    reached: str
    kind: str
