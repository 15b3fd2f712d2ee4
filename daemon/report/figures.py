"""What happened in a span of time, counted by local days and hours."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from daemon.store.lives import Life
from daemon.store.minute import Minute
from daemon.wire.base import Level

MINUTE_S = 60
HOPS_PER_S = 100.0
GAP_S = 180.0  # a minute is written when it is over, and a restart takes some seconds
MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nothing was listened to (seconds since 1970)."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Day:
    """One local day.

    Attributes:
        date: which.
        alerts: raised in it, by level.
        heard_s: seconds listened to.
        distress: the highest probability of distress in each hour that was listened to.
        emotions: mean posterior over all sound; empty where there was none.
    """

    date: date
    alerts: dict[Level, int]
    heard_s: float
    distress: dict[int, float]
    emotions: dict[str, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything of a report.

    Attributes:
        since: seconds since 1970.
        until: the same.
        lives: the alerts, oldest first.
        days: every day of the span from the first of which anything is kept, oldest first.
        by_hour: alerts by local date and hour.
        gaps: times without listening, the longest first.
    """

    since: float
    until: float
    lives: tuple[Life, ...]
    days: tuple[Day, ...]
    by_hour: dict[tuple[date, int], int]
    gaps: tuple[Gap, ...]

    @property
    def heard_s(self) -> float:
        """Seconds listened to."""
        return sum(day.heard_s for day in self.days)

    def said(self, what: str | None) -> int:
        """Of how many alerts people last said ``what``."""
        return sum(life.said == what for life in self.lives)

    def level(self, level: Level) -> int:
        """How many alerts reached ``level`` and no more."""
        return sum(life.level == level for life in self.lives)


def figures(
    lives: Sequence[Life], minutes: Sequence[Minute], since: float, until: float
) -> Figures:
    """Count.

    Args:
        lives: the alerts of the span, oldest first.
        minutes: its minutes, oldest first.
        since: seconds since 1970.
        until: the same.
    """
    alerts: dict[date, Counter[Level]] = {}
    by_hour: Counter[tuple[date, int]] = Counter()
    for life in lives:
        raised = _local(life.raised)
        alerts.setdefault(raised.date(), Counter())[life.level] += 1
        by_hour[raised.date(), raised.hour] += 1
    heard: dict[date, list[Minute]] = {}
    for minute in minutes:
        heard.setdefault(_local(minute.start).date(), []).append(minute)
    known = sorted(alerts.keys() | heard.keys())
    days = []
    if known:
        number = min((_local(until).date() - known[0]).days, MOST_DAYS - 1)
        last = max(known[-1], known[0] + timedelta(days=number))
        first = max(known[0], last - timedelta(days=MOST_DAYS - 1))
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Figures(
        since,
        until,
        tuple(lives),
        tuple(_day(each, alerts.get(each, Counter()), heard.get(each, [])) for each in days),
        dict(by_hour),
        _gaps(minutes, until),
    )


def _day(each: date, alerts: Counter[Level], minutes: list[Minute]) -> Day:
    distress: dict[int, float] = {}
    emotions: Counter[str] = Counter()
    opened = 0
    for minute in minutes:
        hour = _local(minute.start).hour
        distress[hour] = max(distress.get(hour, 0.0), minute.distress_max)
        if minute.emotions and minute.hops_open:
            opened += minute.hops_open
            for emotion, share in minute.emotions.items():
                emotions[emotion] += share * minute.hops_open  # type: ignore[assignment] # a float
    heard_s = sum(minute.hops_heard for minute in minutes) / HOPS_PER_S
    means = {emotion: total / opened for emotion, total in emotions.items()} if opened else {}
    return Day(each, dict(alerts), heard_s, distress, means)


def _gaps(minutes: Sequence[Minute], until: float) -> tuple[Gap, ...]:
    if not minutes:
        return ()
    starts = [minute.start for minute in minutes]
    ends = [start + MINUTE_S for start in starts]
    gaps = [
        Gap(end, start)
        for end, start in zip(ends, [*starts[1:], until], strict=True)
        if start - end >= GAP_S
    ]
    return tuple(sorted(gaps, key=lambda gap: gap.start - gap.end))


def _local(wall: float) -> datetime:
    return datetime.fromtimestamp(wall).astimezone()
