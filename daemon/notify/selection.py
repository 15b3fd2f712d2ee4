"""What one channel is told of the alerts that happen. Pure: it is told the time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time

from daemon.config.notify import Rules
from daemon.config.schema import QuietHours
from daemon.notify.digest import Digest
from daemon.notify.escalation import Unanswered
from daemon.notify.notice import Notice, notice_of
from daemon.notify.quiet_hours import delivery, is_within
from daemon.notify.rules import Escalations
from daemon.notify.waiting import Waiting
from daemon.wire.alert import AlertEvent
from daemon.wire.base import LEVELS, Kind


class Selection:
    """The rules of one channel.

    An alert is told when it is raised and when it gets worse: of these levels and kinds, at these
    hours, and not sooner after another of its kind than the cool-down. What is critical passes
    hours and cool-down. With ``escalate_after_s`` it is told later, if nobody has acknowledged it.
    Too many in a minute become a digest. A channel that wants every event has no cool-down and no
    digest.

    Args:
        rules: the channel's own.
        quiet: the hours in which people are told of less.
        people: at its end are people, for whom quiet hours are.
        local_time: the time of day.
    """

    def __init__(
        self,
        rules: Rules,
        quiet: QuietHours,
        *,
        people: bool,
        local_time: Callable[[], time],
    ) -> None:
        self._rules = rules
        self._quiet = quiet
        self._people = people
        self._local_time = local_time
        self._news = Escalations(rules.level)
        self._told_s: dict[Kind, float] = {}
        self._unanswered = Unanswered(rules.escalate_after_s)
        self._digest = Digest(rules.digest_after, rules.digest_s)
        self.withheld = 0

    def reconfigure(self, rules: Rules, quiet: QuietHours) -> None:
        """Other rules, from now on."""
        self._rules, self._quiet = rules, quiet
        self._news.tell_from(rules.level)
        self._unanswered.after_s = rules.escalate_after_s
        self._digest.after, self._digest.every_s = rules.digest_after, rules.digest_s

    def alert(self, event: AlertEvent, now_s: float, wall: float) -> list[Notice]:
        """What is told at once of ``event``, which happened at ``wall``."""
        news = self._news.is_news(event)
        if not self._wanted(event):
            return []
        notice = notice_of(event, wall)
        if self._rules.every_event:
            return [self._sounding(notice)]
        if not news or self._too_soon(event, now_s):
            return []
        if self._rules.escalate_after_s:
            self._unanswered.add(event.id, notice, now_s)
            return []
        return self._passed(notice, now_s, wall)

    def tell(self, notice: Notice, now_s: float, wall: float) -> list[Notice]:
        """What is told at once of the daemon itself."""
        return self._passed(notice, now_s, wall)

    def unanswered(
        self, event: AlertEvent, age_s: float, grace_s: float, now_s: float, wall: float
    ) -> None:
        """Have ``event``, which is so old, wait for an answer from before the daemon's start.

        One whose time was over longer ago than ``grace_s`` has been told of already.
        """
        after_s = self._rules.escalate_after_s
        if after_s and age_s <= after_s + grace_s and self._wanted(event):
            self._unanswered.add(event.id, notice_of(event, wall - age_s), now_s - age_s)

    def answered(self, alert: str) -> None:
        """Somebody has acknowledged ``alert``, or called it false."""
        self._unanswered.answered(alert)

    def due(self, now_s: float, wall: float, *, all_of_it: bool = False) -> list[Notice]:
        """What is told because time has passed; ``all_of_it``: what was gathered, before its time.

        A digest is no alert more, so that it is gathered into no other.
        """
        found = [
            told
            for notice in self._unanswered.due(now_s)
            for told in self._passed(notice, now_s, wall)
        ]
        return found + self._digest.due(now_s, all_of_it=all_of_it)

    def waiting(self, now_s: float) -> list[Waiting]:
        """What is gathered, and what waits for an acknowledgement."""
        return self._digest.waiting(now_s) + self._unanswered.waiting(now_s)

    def restore(self, waiting: Waiting, now_s: float) -> None:
        """Have it wait for an acknowledgement after a restart as it did before."""
        self._unanswered.add(waiting.notice.alerts[0], waiting.notice, now_s - waiting.age_s)

    def forget(self, forgotten: Callable[[float, Notice], bool], now_s: float) -> None:
        """Take out what is ``forgotten``, of its age and itself."""
        self._digest.forget(forgotten, now_s)
        self._unanswered.forget(forgotten, now_s)

    def next_s(self) -> float | None:
        """When :meth:`due` has something next."""
        times = [at for at in (self._unanswered.next_s(), self._digest.next_s()) if at is not None]
        return min(times, default=None)

    def _wanted(self, event: AlertEvent) -> bool:
        rules = self._rules
        if LEVELS.index(event.level) < LEVELS.index(rules.level):
            return False
        if rules.kinds and event.kind not in rules.kinds:
            return False
        if event.level == "critical" or rules.hours is None:
            return True
        return is_within(*rules.hours, self._local_time())

    def _too_soon(self, event: AlertEvent, now_s: float) -> bool:
        if event.level == "critical":
            return False
        told = self._told_s.get(event.kind)
        if told is not None and now_s - told < self._rules.cooldown_s:
            self.withheld += 1
            return True
        self._told_s[event.kind] = now_s
        return False

    def _passed(self, notice: Notice, now_s: float, wall: float) -> list[Notice]:
        if self._people and delivery(notice.level, self._quiet, self._local_time()) == "none":
            self.withheld += 1
            return []
        through = self._digest.add(self._sounding(notice), now_s, wall)
        return [] if through is None else [through]

    def _sounding(self, notice: Notice) -> Notice:
        how = delivery(notice.level, self._quiet, self._local_time())
        return replace(notice, sound=how == "sound")
