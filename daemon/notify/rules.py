"""Which events are worth a notification: each alert once, and again when it gets worse."""

from daemon.wire.alert import AlertEvent
from daemon.wire.base import LEVELS, Level

_REMEMBERED = 1_024  # open alerts; far more than can be open, so that a lost clear cannot leak


class Escalations:
    """Remembers the highest level that each open alert has reached.

    Args:
        lowest: the lowest level that people are told of.
    """

    def __init__(self, lowest: Level) -> None:
        self._lowest = LEVELS.index(lowest)
        self._reached: dict[str, int] = {}

    def tell_from(self, lowest: Level) -> None:
        """Tell of ``lowest`` and above from now on."""
        self._lowest = LEVELS.index(lowest)

    def is_news(self, event: AlertEvent) -> bool:
        """Whether ``event`` raises its alert, or lifts it, to a level that people are told of."""
        if event.phase == "cleared":
            self._reached.pop(event.id, None)
            return False
        level = LEVELS.index(event.level)
        if level <= self._reached.get(event.id, -1):
            return False
        self._reached[event.id] = level
        if len(self._reached) > _REMEMBERED:
            self._reached.pop(next(iter(self._reached)))
        return level >= self._lowest
