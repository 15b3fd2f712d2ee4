"""Alerts that nobody has acknowledged after a while. Pure: it is told the time."""

from collections.abc import Callable

from daemon.notify.notice import Notice, unanswered
from daemon.notify.waiting import Waiting

PENDING = 256  # the newest; far more than are unanswered within an hour


class Unanswered:
    """Holds notices back until it is clear that nobody has acknowledged their alert.

    An alert that has ended still waits: that it is quiet again does not mean that somebody knows.

    Args:
        after_s: how long somebody has time.
    """

    def __init__(self, after_s: float) -> None:
        self.after_s = after_s
        self._waiting: dict[str, tuple[float, Notice]] = {}
        self._answered: dict[str, None] = {}

    def add(self, alert: str, notice: Notice, now_s: float) -> None:
        """``alert`` is told of from the monotonic time ``now_s`` on; a graver notice replaces."""
        if alert in self._answered:
            return
        since, _ = self._waiting.pop(alert, (now_s, notice))
        self._waiting[alert] = (since, notice)
        if len(self._waiting) > PENDING:
            del self._waiting[next(iter(self._waiting))]

    def answered(self, alert: str) -> None:
        """Somebody has acknowledged ``alert``, or called it false."""
        self._waiting.pop(alert, None)
        self._answered[alert] = None
        if len(self._answered) > PENDING:
            del self._answered[next(iter(self._answered))]

    def waiting(self, now_s: float) -> list[Waiting]:
        """Everything that waits for an answer."""
        return [
            Waiting(f"unanswered {alert}", notice.id, now_s - since, notice, unanswered=True)
            for alert, (since, notice) in self._waiting.items()
        ]

    def forget(self, forgotten: Callable[[float, Notice], bool], now_s: float) -> None:
        """Take out what is ``forgotten``, of its age and itself."""
        self._waiting = {
            alert: (since, notice)
            for alert, (since, notice) in self._waiting.items()
            if not forgotten(now_s - since, notice)
        }

    def due(self, now_s: float) -> list[Notice]:
        """Of what people are told now, oldest first."""
        late = sorted(
            (since, alert)
            for alert, (since, _) in self._waiting.items()
            if now_s - since >= self.after_s
        )
        return [unanswered(self._waiting.pop(alert)[1], self.after_s / 60.0) for _, alert in late]

    def next_s(self) -> float | None:
        """When the next is due."""
        if not self._waiting:
            return None
        return min(since for since, _ in self._waiting.values()) + self.after_s
