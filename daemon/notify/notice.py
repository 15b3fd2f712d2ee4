"""What people are told."""

from dataclasses import dataclass

from daemon.wire.alert import AlertEvent
from daemon.wire.base import Level


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification.

    Attributes:
        title: what it is about.
        text: one or two sentences.
        level: decides whether it sounds, and what it may make room for.
        about: for the log.
    """

    title: str
    text: str
    level: Level
    about: str


def notice_of(event: AlertEvent) -> Notice:
    """An alert, as people are told of it."""
    return Notice(
        title=f"{event.level.capitalize()}: {event.kind.replace('_', ' ')}",
        text=event.why,
        level=event.level,
        about=f"{event.level} alert {event.id}",
    )
