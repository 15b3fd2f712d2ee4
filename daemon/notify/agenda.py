"""What one channel is to be told, now and later: its rules, and what waits for it."""

import logging

from daemon.config.notify import Rules
from daemon.config.schema import QuietHours
from daemon.notify.notice import Notice, too_late
from daemon.notify.outbox import Outbox
from daemon.notify.selection import Selection
from daemon.notify.waiting import Waiting
from daemon.wire.alert import AlertEvent

log = logging.getLogger(__name__)

KEEPS_UNANSWERED_S = 86_400.0  # of an alert that nobody had acknowledged before the start


class Agenda:
    """Events come in, and notices wait in the order in which they are to be told.

    Not thread-safe: its owner has the lock. Times are told to it: monotonic where they end in
    ``_s``, wall time where they do not.

    Args:
        channel: its name, for the log.
        selection: the channel's rules.
        outbox: what waits for it.
    """

    def __init__(self, channel: str, selection: Selection, outbox: Outbox) -> None:
        self._channel = channel
        self._selection = selection
        self._outbox = outbox

    def __len__(self) -> int:
        return len(self._outbox)

    @property
    def figures(self) -> dict[str, float]:
        """Notices dropped, withheld by the rules, waiting."""
        return {
            "dropped": float(self._outbox.dropped),
            "quiet": float(self._selection.withheld),
            "waiting": float(len(self._outbox)),
        }

    def alert(self, event: AlertEvent, now_s: float, wall: float) -> None:
        """Take an event, which came at that time."""
        for notice in self._selection.alert(event, now_s, wall):
            self._outbox.add(notice, now_s)

    def tell(self, notice: Notice, now_s: float, wall: float) -> None:
        """Take what is to be known of the daemon itself."""
        for told in self._selection.tell(notice, now_s, wall):
            self._outbox.add(told, now_s)

    def answered(self, alert: str) -> None:
        """Somebody has acknowledged ``alert``, or called it false."""
        self._selection.answered(alert)

    def unanswered(
        self, event: AlertEvent, age_s: float, grace_s: float, now_s: float, wall: float
    ) -> None:
        """Nobody has acknowledged ``event``, which happened so long ago, before the start."""
        self._selection.unanswered(event, age_s, grace_s, now_s, wall)

    def reconfigure(self, rules: Rules, quiet: QuietHours) -> None:
        """Other rules, from now on."""
        self._selection.reconfigure(rules, quiet)

    def look(
        self, now_s: float, wall: float, *, all_of_it: bool
    ) -> tuple[Notice | None, float | None]:
        """What is to be told first, and when something more is due.

        Args:
            now_s: the time.
            wall: the time.
            all_of_it: what was gathered, too, before its time.
        """
        for notice in self._selection.due(now_s, wall, all_of_it=all_of_it):
            self._outbox.add(notice, now_s)
        return self._outbox.first(now_s), self._selection.next_s()

    def remove(self, notice: Notice) -> bool:
        """Take out ``notice``, which was told or refused; whether it was still here."""
        return self._outbox.remove(notice)

    def restore(self, kept: list[Waiting], now_s: float) -> None:
        """Go on with what waited when the last daemon ended."""
        late = 0
        for one in kept:
            if one.unanswered and one.age_s <= KEEPS_UNANSWERED_S:
                self._selection.restore(one, now_s)
            elif one.unanswered or not self._outbox.restore(one, now_s):
                late += one.notice.count
        log.info("channel %s: %d notices of before the start wait", self._channel, len(kept) - late)
        if late:
            log.warning("channel %s: %d of before the start are too old", self._channel, late)
            self._outbox.add(too_late(late), now_s)

    def waiting(self, now_s: float) -> list[Waiting]:
        """Everything that waits, for the channel or for an acknowledgement."""
        return self._outbox.waiting(now_s) + self._selection.waiting(now_s)

    def forget(self, since: float, until: float, now_s: float, wall: float) -> None:
        """Tell nothing any more of a span of wall time."""

        def forgotten(age_s: float, notice: Notice) -> bool:
            return since <= wall - age_s < until or since <= notice.wall < until

        self._outbox.forget(forgotten, now_s)
        self._selection.forget(forgotten, now_s)

    def moved(self) -> "Agenda":
        """Another one with the same rules and everything that waits; here nothing does any more."""
        return Agenda(self._channel, self._selection, self._outbox.moved())
