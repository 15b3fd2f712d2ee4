"""Requests about the past, answered from the journal. May block: call it in a worker thread."""

import math
from datetime import datetime

from daemon.errors import StateError, UsageError
from daemon.store.alerts import AlertFilter
from daemon.store.hours import HOPS_PER_S, HOUR_S
from daemon.store.journal import Journal
from daemon.store.minute import Minute
from daemon.wire.alert import SoundShare
from daemon.wire.base import ServerMessage, rfc3339
from daemon.wire.history import (
    MOST_HOURS,
    MOST_MINUTES,
    Alerts,
    AlertStory,
    Hours,
    ListAlerts,
    ListHours,
    ListMinutes,
    MinuteHeard,
    Minutes,
    ShowAlert,
)

MINUTE_S = 60

Question = ListAlerts | ShowAlert | ListHours | ListMinutes


class Lookback:
    """Answers questions about the past."""

    def __init__(self, journal: Journal) -> None:
        self._archive = journal.archive

    def answer(self, question: Question, moment: str, stream_s: float) -> ServerMessage:
        """The answer, with this ``time`` and ``stream_s``.

        Raises:
            StateError: the store cannot be read, or there is no such alert.
            UsageError: the span is too long.
        """
        stamp = {"time": moment, "stream_s": stream_s, "id": question.id}
        match question:
            case ListAlerts():
                found = self._archive.records(_filter(question), question.limit + 1)
                more = len(found) > question.limit
                return Alerts(**stamp, alerts=tuple(found[: question.limit]), more=more)
            case ShowAlert():
                events, remarks = self._archive.story(question.alert)
                if not events:
                    raise StateError(
                        f"There is no alert {question.alert!r}.", "It may be older than the store."
                    )
                return AlertStory(**stamp, events=tuple(events), remarks=tuple(remarks))
            case ListHours():
                since, until = _span(question.since, question.until, HOUR_S, MOST_HOURS)
                return Hours(**stamp, hours=tuple(self._archive.hours(since, until)))
            case ListMinutes():
                since, until = _span(question.since, question.until, MINUTE_S, MOST_MINUTES)
                limit = math.ceil((until - since) / MINUTE_S)
                heard = self._archive.minutes(since, until, max(0, limit))
                return Minutes(**stamp, minutes=tuple(_told(one) for one in heard))


def _filter(question: ListAlerts) -> AlertFilter:
    return AlertFilter(
        since=question.since.timestamp(),
        # An event may be of a moment that the clock has been set back from.
        until=math.inf if question.until is None else question.until.timestamp(),
        levels=question.levels,
        kinds=question.kinds,
        said=question.said,
        before=question.before,
        demonstrations=question.demonstrations,
    )


def _span(since: datetime, until: datetime, unit_s: int, most: int) -> tuple[float, float]:
    begin, end = since.timestamp(), until.timestamp()
    if end - begin > unit_s * most:
        raise UsageError(f"The span is longer than {unit_s * most // 3600} hours.", "Ask for less.")
    return begin, end


def _told(minute: Minute) -> MinuteHeard:
    return MinuteHeard(
        start=rfc3339(minute.start),
        heard_s=minute.hops_heard / HOPS_PER_S,
        open_s=minute.hops_open / HOPS_PER_S,
        level_mean_db=minute.level_mean_db,
        level_max_db=minute.level_max_db,
        distress_max=minute.distress_max,
        infant_max=minute.infant_max,
        sounds=tuple(SoundShare(label=name, score=s) for name, s in minute.sounds.items()),
        emotions=minute.emotions,
    )
