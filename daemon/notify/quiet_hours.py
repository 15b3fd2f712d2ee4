"""How an alert reaches people, by its level and the hour. Nothing else depends on the hour."""

from datetime import time
from typing import Literal

from daemon.config.schema import QuietHours
from daemon.wire.base import Level

Delivery = Literal["sound", "silent", "none"]


def is_within(start: time, end: time, now: time) -> bool:
    """Whether ``now`` is from ``start`` up to, not including, ``end``.

    Hours that end before they start cross midnight; hours that end as they start are none.
    """
    if start <= end:
        return start <= now < end
    return now >= start or now < end


def is_quiet(quiet: QuietHours, now: time) -> bool:
    """Whether ``now`` (local) is in the quiet hours."""
    return quiet.enabled and is_within(quiet.start, quiet.end, now)


def delivery(level: Level, quiet: QuietHours, now: time) -> Delivery:
    """How ``level`` is delivered at ``now``: critical always sounds."""
    if level == "critical" or not is_quiet(quiet, now):
        return "sound"
    return "silent" if level == "warning" else "none"
