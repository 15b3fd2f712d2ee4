"""One channel's thread: takes what waits for it, and tells it until it is taken."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from types import MappingProxyType

from daemon.config.notify import Rules
from daemon.config.schema import QuietHours
from daemon.health import PartHealth, State
from daemon.notify.agenda import Agenda
from daemon.notify.breaker import Breaker
from daemon.notify.channels.channel import Channel, DeliveryError
from daemon.notify.line import Line
from daemon.notify.notice import Notice
from daemon.notify.record import Record
from daemon.notify.threads import Threads
from daemon.notify.waiting import Waiting
from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339
from daemon.wire.channels import ChannelSort, ChannelStatus

log = logging.getLogger(__name__)


class Sender:
    """Tells one channel, in order, in a thread and a loop of its own.

    What cannot be told now is tried again (:class:`Breaker`) before anything that came later, so
    that it comes once and in order when the fault is over; :class:`Agenda` has what waits.

    Args:
        name: the channel's.
        make: makes the channel, in the thread.
        agenda: what it is to be told.
        report: takes what is news of its health; called in the thread.
        breaker: when what failed is tried again.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], Channel],
        agenda: Agenda,
        report: Callable[[str, PartHealth], None],
        breaker: Breaker | None = None,
    ) -> None:
        self.name = name
        self._make = make
        self._agenda = agenda
        self._report = report
        self._breaker = breaker or Breaker()
        self._lock = threading.Lock()
        self._record = Record()
        self._test: Notice | None = None
        self._stopping = False
        self._abandoned = False
        self._state_changed = True
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._said: tuple[State, str, str] = ("starting", "", "")
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, or begin again after a death; returns at once."""
        self._thread = threading.Thread(target=self._run, name=f"notify-{self.name}", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether anybody is told, or everything has been."""
        return self._stopping or (self._thread is not None and self._thread.is_alive())

    @property
    def figures(self) -> dict[str, float]:
        """Notices sent, given up, dropped, withheld by the rules, waiting; attempts repeated."""
        with self._lock:
            return {
                **{name: float(count) for name, count in self._record.counts.items()},
                **self._agenda.figures,
            }

    def status(self, sort: ChannelSort) -> ChannelStatus:
        """How it gets on."""
        state, reason, remedy = self._said
        counts = {name: int(count) for name, count in self.figures.items()}
        with self._lock:
            told = self._record.telling()
        status = ChannelStatus(
            name=self.name,
            sort=sort,
            state=state,
            reason=reason,
            remedy=remedy,
            failing_since=_moment(told.failing_since),
            resting_until=_moment(told.resting_until),
            delivered=_moment(told.delivered),
            error=told.error,
            error_time=_moment(told.error_time),
            test=told.test,
        )
        return status.model_copy(update=counts)

    def test(self, notice: Notice) -> None:
        """Tell ``notice`` before anything that waits, and even if the circuit is open.

        Raises:
            UsageError: another test is on its way, or was just sent.
        """
        with self._lock:
            self._record.test_asked(time.time(), time.monotonic())
            self._test = notice
            self._wake_up()

    def submit(self, event: AlertEvent, now_s: float, wall: float) -> None:
        """Hand over an alert event, which came at that monotonic and wall time; does not block."""
        with self._lock:
            self._agenda.alert(event, now_s, wall)
            self._state_changed = True
            self._wake_up()

    def tell(self, notice: Notice) -> None:
        """Hand over what is to be known of the daemon itself; does not block."""
        with self._lock:
            self._agenda.tell(notice, time.monotonic(), time.time())
            self._wake_up()

    def answered(self, alert: str) -> None:
        """Somebody has acknowledged ``alert``, or called it false."""
        with self._lock:
            self._agenda.answered(alert)

    def unanswered(self, event: AlertEvent, age_s: float, grace_s: float) -> None:
        """Nobody has acknowledged ``event``, which happened so long ago, before the start."""
        with self._lock:
            self._agenda.unanswered(event, age_s, grace_s, time.monotonic(), time.time())
            self._wake_up()

    def state_changed(self) -> None:
        """How things stand has changed; does not block."""
        with self._lock:
            self._state_changed = True
            self._wake_up()

    def reconfigure(self, rules: Rules, quiet: QuietHours) -> None:
        """Other rules, from now on."""
        with self._lock:
            self._agenda.reconfigure(rules, quiet)
            self._wake_up()

    def restore(self, kept: list[Waiting]) -> None:
        """Go on with what waited when the last daemon ended; before :meth:`start`."""
        self._agenda.restore(kept, time.monotonic())

    def waiting(self) -> list[Waiting]:
        """Everything that waits, for the channel or for an acknowledgement."""
        with self._lock:
            return self._agenda.waiting(time.monotonic())

    def forget(self, since: float, until: float) -> None:
        """Tell nothing any more of a span of wall time."""
        with self._lock:
            self._agenda.forget(since, until, time.monotonic(), time.time())

    def stop(self) -> None:
        """Begin to end: what waits is tried once more, what was gathered is told."""
        with self._lock:
            self._stopping = True
            self._wake_up()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end, for so long."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        ended = self._thread is None or not self._thread.is_alive()
        if not ended:
            log.warning("channel %s: does not end in time; it is left to itself", self.name)
        return ended

    def give_up(self) -> None:
        """What still waits after the end goes on nowhere, and counts as failed."""
        if left := len(self._agenda):
            self._record.counts["failed"] += left
            log.warning("channel %s: %d notices are given up at the end", self.name, left)

    def hand_on(self) -> Agenda:
        """End after the present attempt, and give away what another sender goes on with."""
        with self._lock:
            self._stopping = self._abandoned = True
            self._wake_up()
            return self._agenda.moved()

    def _wake_up(self) -> None:
        """Have the thread look. The lock is held."""
        if self._loop is not None and self._wake is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            log.exception("channel %s: died; it is started again", self.name)
            with self._lock:
                self._record.failed(f"It died ({error!r}).", time.time())
                self._record.test_over(delivered=False)
            self._say("failed", f"it died ({error!r})", "The log has more.")

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(Threads(f"notify-{self.name}-call"))
        line = Line(self.name, self._make())
        with self._lock:
            self._loop, self._wake = loop, asyncio.Event()
        try:
            while not await self._step(line, self._wake):
                pass
        finally:
            with self._lock:
                self._loop = None
            await line.close()

    async def _step(self, line: Line, wake: asyncio.Event) -> bool:
        """One attempt at the most urgent thing, or a rest; true when it is time to end."""
        wake.clear()
        if self._abandoned:
            return True
        if self._test is not None:
            await self._try(line)
            return False
        now = time.monotonic()
        first, next_s = self._look(now)
        wait_s = self._breaker.wait_s(now)
        if wait_s > 0.0:
            if not self._stopping:
                await self._rest(line, wake, wait_s)
            return self._stopping
        if not line.is_open:
            await self._open(line, idle=first is None)
        elif first is not None:
            await self._tell(line, first)
        elif self._state_changed and line.wants_state:
            self._state_changed = False
            await self._attempt(line, line.show_state())
        elif self._stopping:
            return True
        else:
            await self._rest(line, wake, None if next_s is None else next_s - now)
        return False

    def _look(self, now: float) -> tuple[Notice | None, float | None]:
        """What is to be told first, and when something more is due."""
        with self._lock:
            return self._agenda.look(now, time.time(), all_of_it=self._stopping)

    async def _open(self, line: Line, *, idle: bool) -> None:
        opened = await self._attempt(line, line.open())
        if opened and idle:  # else the first notice shows whether it works
            with self._lock:
                self._record.works()
            self._say("ok")

    async def _try(self, line: Line) -> None:
        """The test that somebody asked for; what waits follows at once if it is taken."""
        with self._lock:
            notice, self._test = self._test, None
        if notice is None:
            return
        if not line.is_open:
            await self._open(line, idle=False)
        taken = line.is_open and await self._attempt(line, line.deliver(notice), notice)
        with self._lock:
            if taken:
                self._record.delivered(time.time())
            self._record.test_over(delivered=taken)
        if taken:
            self._breaker.succeeded()
            self._say("ok")

    async def _rest(self, line: Line, wake: asyncio.Event, seconds: float | None) -> None:
        """Until there is something to do, or the connection is gone."""
        if await line.rest(wake, seconds):
            if line.steady:
                self._breaker.succeeded()
            await self._failed(line, DeliveryError("the connection is lost"))

    async def _tell(self, line: Line, notice: Notice) -> None:
        if await self._attempt(line, line.deliver(notice.told(time.time())), notice):
            self._breaker.succeeded()
            with self._lock:
                self._record.delivered(time.time())
            self._settled(notice, "sent")
            self._say("ok")

    async def _attempt(
        self, line: Line, work: Awaitable[None], notice: Notice | None = None
    ) -> bool:
        """Whether ``work`` on the line, which is to tell ``notice`` if any, went well."""
        try:
            await work
        except DeliveryError as error:
            if error.final and notice is not None:
                self._refused(notice, error)
            else:
                await self._failed(line, error)
            return False
        return True

    def _refused(self, notice: Notice, error: DeliveryError) -> None:
        """It will never be taken; what comes next may be."""
        self._breaker.succeeded()
        self._settled(notice, "failed")
        log.warning("channel %s: %s is given up: %s", self.name, notice.about, error)
        reason = f"The last notice was refused: {error.reason}."
        with self._lock:
            self._record.refused(reason, time.time())
        self._say("degraded", reason, error.remedy)

    async def _failed(self, line: Line, error: DeliveryError) -> None:
        reason = f"{error.reason[:1].upper()}{error.reason[1:]}."
        now, wall = time.monotonic(), time.time()
        until = self._breaker.failed(now, absent=error.absent, wait_s=error.wait_s)
        with self._lock:
            rests = wall + until - now if self._breaker.open else None
            self._record.failed(reason, wall, rests)
        self._state_changed = True
        self._say("unavailable" if self._breaker.open else "degraded", reason, error.remedy)
        await line.close()

    def _settled(self, notice: Notice, how: str) -> None:
        with self._lock:
            if self._agenda.remove(notice):
                self._record.counts[how] += 1

    def _say(self, state: State, reason: str = "", remedy: str = "") -> None:
        before, self._said = self._said, (state, reason, remedy)
        if before != self._said:
            if state == "ok":
                log.info("channel %s: works", self.name)
            else:
                log.warning("channel %s: %s %s", self.name, reason, remedy)
        self._report(self.name, PartHealth(state, reason, remedy, MappingProxyType(self.figures)))


def _moment(wall: float | None) -> str | None:
    return None if wall is None else rfc3339(wall)
