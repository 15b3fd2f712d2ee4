"""What people are told."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from daemon.wire.alert import AlertEvent
from daemon.wire.base import LEVELS, Level, rfc3339

What = Literal["alert", "digest", "fault", "test"]

LATE_S = 120.0  # of a notice that had to wait: its text begins with the hour
MOST_IN_TEXT = 3


def _new_id() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification.

    Attributes:
        title: what it is about.
        text: one or two sentences.
        level: decides whether it sounds, and what it may make room for.
        about: for the log.
        what: an alert, several, the daemon's own state, or a test.
        alerts: the alerts of which it tells.
        event: that of the alert, where it is of one alert.
        wall: wall time of what it tells of, seconds since 1970; 0: now.
        count: how many notices it stands for.
        sound: false in quiet hours.
        id: the same for every attempt to deliver it.
    """

    title: str
    text: str
    level: Level
    about: str
    what: What = "fault"
    alerts: tuple[str, ...] = ()
    event: AlertEvent | None = None
    wall: float = 0.0
    count: int = 1
    sound: bool = True
    id: str = field(default_factory=_new_id)

    def told(self, now: float) -> "Notice":
        """As it is told at the wall time ``now``: one that had to wait says when it was."""
        if not self.wall or now - self.wall < LATE_S:
            return self
        then = datetime.fromtimestamp(self.wall).astimezone()
        same_day = then.date() == datetime.fromtimestamp(now).astimezone().date()
        hour = then.strftime("%H:%M" if same_day else "%Y-%m-%d %H:%M")
        return replace(self, text=f"At {hour}: {self.text}")

    def stored(self, daemon: str, *, transcripts: bool) -> dict[str, Any]:
        """As programs are told: JSON values.

        Args:
            daemon: the name of this daemon.
            transcripts: whether it may carry the words that were said.
        """
        event = self.event
        if event is not None and not transcripts:
            event = event.model_copy(update={"transcript": None, "explanation": None})
        return {
            "id": self.id,
            "v": 1,
            "type": self.what,
            "daemon": daemon,
            "time": rfc3339(self.wall) if self.wall else None,
            "title": self.title,
            "text": self.text,
            "level": self.level,
            "sound": self.sound,
            "count": self.count,
            "alerts": list(self.alerts),
            "alert": None if event is None else event.model_dump(mode="json"),
        }


def trial_notice(daemon: str) -> Notice:
    """A test of a channel of ``daemon``."""
    return Notice(
        "Test of distressd",
        f"This is a test. Alerts of {daemon} will reach you this way.",
        "warning",
        "a test",
        what="test",
    )


def notice_of(event: AlertEvent, wall: float = 0.0) -> Notice:
    """An alert, as people are told of it."""
    return Notice(
        title=f"{event.level.capitalize()}: {_words(event.kind)}",
        text=event.why,
        level=event.level,
        about=f"{event.level} alert {event.id}",
        what="alert",
        alerts=(event.id,),
        event=event,
        wall=wall,
    )


def too_late(count: int) -> Notice:
    """What waited too long while no daemon ran."""
    return Notice(
        "distressd could not tell you in time",
        f"Before its last start, so many notifications waited until they were too old: {count}."
        " `distressd alerts list` has the alerts.",
        "warning",
        f"that {count} were too old",
    )


def unanswered(notice: Notice, minutes: float) -> Notice:
    """``notice``, which nobody has acknowledged."""
    waited = f"{minutes:.0f} minutes" if minutes >= 1.5 else "a minute"  # noqa: PLR2004
    return replace(
        notice,
        title=f"Not acknowledged: {notice.title}",
        text=f"Nobody has acknowledged this for {waited}. {notice.text}",
    )


def digest_of(notices: list[Notice], count: int, since: float) -> Notice:
    """Many notices as one.

    Args:
        notices: those that are remembered, oldest first.
        count: how many there were.
        since: wall time of the first.
    """
    level = max((notice.level for notice in notices), key=LEVELS.index)
    kinds: dict[str, int] = {}
    for notice in notices:
        kind = notice.event.kind if notice.event is not None else notice.title
        kinds[kind] = kinds.get(kind, 0) + 1
    most = sorted(kinds, key=lambda kind: -kinds[kind])
    named = ", ".join(_words(kind) for kind in most[:MOST_IN_TEXT])
    more = " and more" if len(most) > MOST_IN_TEXT else ""
    start = datetime.fromtimestamp(since).astimezone().strftime("%H:%M")
    return Notice(
        title=f"{level.capitalize()}: {count} more alerts since {start}",
        text=f"They were gathered into this one: {named}{more}.",
        level=level,
        about=f"a digest of {count}",
        what="digest",
        alerts=tuple(dict.fromkeys(alert for notice in notices for alert in notice.alerts)),
        wall=since,
        count=count,
        sound=any(notice.sound for notice in notices),
    )


def _words(kind: str) -> str:
    return kind.replace("_", " ")
