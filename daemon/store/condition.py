"""How the store is, as health tells it."""

from dataclasses import dataclass

from daemon.health import State
from daemon.store.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Condition:
    """What is the matter, the worst first.

    Attributes:
        failing: why nothing can be written.
        slow: alerts went out before they were written.
        unsynced: why what was written is not on the disk yet.
        notice: what is said where all is well.
    """

    failing: Trouble | None
    slow: bool
    unsynced: Trouble | None
    notice: str

    def told(self) -> tuple[State, str, str]:
        """State, reason and remedy."""
        if self.failing is not None:
            reason = f"Alerts are sent, but wait in memory to be stored: {self.failing.words}."
            return "degraded", reason, self.failing.remedy
        if self.slow:
            reason = "Alerts went out before they were written: a write takes too long."
            return "degraded", reason, "Look at what keeps the disk busy."
        if self.unsynced is not None:
            reason = f"A power failure may lose alerts: {self.unsynced.words}."
            return "degraded", reason, self.unsynced.remedy
        return "ok", self.notice, ""
