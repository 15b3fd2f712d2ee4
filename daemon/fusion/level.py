"""The order of levels, and how far one may be lowered."""

from typing import Final

from daemon.config.schema import Thresholds
from daemon.wire.base import LEVELS, Level

RANK: Final[dict[Level, int]] = {level: rank for rank, level in enumerate(LEVELS)}


def lowered(highest: Level, wanted: Level, *, overwhelming: bool) -> Level:
    """The level that an alert may be lowered to, on the word of text or feedback.

    However often it is asked, the answer is at most one level below the highest that the alert has
    had, and never below warning where sound alone was overwhelming: nobody can train the alarm
    quiet.

    Args:
        highest: the highest level that the alert has had, or would be raised at.
        wanted: the level asked for; one above ``highest`` comes back as ``highest``.
        overwhelming: whether sound alone was overwhelming at any time in the alert's life.
    """
    floor = max(0, RANK[highest] - 1)
    if overwhelming:
        floor = max(floor, min(RANK["warning"], RANK[highest]))
    return LEVELS[min(RANK[highest], max(floor, RANK[wanted]))]


def level_of(score: float, threshold: Thresholds) -> Level:
    """The level at which ``score`` lies; advisory where it is below all."""
    if score >= threshold.critical:
        return "critical"
    return "warning" if score >= threshold.warning else "advisory"
