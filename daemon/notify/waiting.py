"""A notice that waits, for whatever it waits, as it is kept beyond the daemon's end."""

from dataclasses import dataclass

from daemon.notify.notice import Notice


@dataclass(frozen=True, slots=True)
class Waiting:
    """One of those that wait for a channel.

    Attributes:
        key: its own among those of the channel.
        version: another one when the notice has changed.
        age_s: for how long it waits.
        notice: what is told.
        unanswered: it waits until it is clear that nobody has acknowledged its alert.
    """

    key: str
    version: str
    age_s: float
    notice: Notice
    unanswered: bool = False
