"""Tells the people at this machine, from a thread of its own that nobody waits for."""

import asyncio
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, time

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from daemon.config.schema import Notify, QuietHours
from daemon.health import Health
from daemon.notify.availability import check_availability
from daemon.notify.backend import Backend, desktop_backend
from daemon.notify.desktop import DeliveryError
from daemon.notify.notice import Notice, notice_of
from daemon.notify.quiet_hours import delivery
from daemon.notify.rules import Escalations
from daemon.wire.alert import AlertEvent
from daemon.wire.base import SourceName

log = logging.getLogger(__name__)

QUEUE = 64
ATTEMPTS = 3
RECHECK_S = 60.0  # a desktop may come up after the daemon


def local_time() -> time:
    """The time of day here."""
    return datetime.now().astimezone().time()


class Notifier:
    """Desktop notifications for alerts that are raised, and again when they get worse.

    A failure is logged, counted and shown in health under ``notify``; it reaches no caller.
    When more than ``QUEUE`` wait, the oldest that is not critical is dropped, and counted.

    Args:
        config: whether to notify, and of which levels.
        quiet_hours: when people are told of less.
        health: where this part says how it is.
        source_name: events of the demonstration scene reach no channel.
        now: local time of day.
    """

    def __init__(
        self,
        config: Notify,
        quiet_hours: QuietHours,
        health: Health,
        source_name: SourceName,
        now: Callable[[], time] = local_time,
    ) -> None:
        self._config = config
        self._quiet = quiet_hours
        self._health = health
        self._source = source_name
        self._now = now
        self._news = Escalations(config.level)
        self._lock = threading.Lock()
        self._waiting: deque[Notice] = deque()
        self._counts: Counter[str] = Counter(sent=0, failed=0, dropped=0, quiet=0)
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._state: tuple[str, str] = ("starting", "")

    def start(self) -> None:
        """Begin; returns at once, whatever the desktop does."""
        if self._source == "demo":
            self._health.report(
                "notify", "off", "the demonstration scene reaches no notification channel"
            )
        elif not self._config.desktop:
            self._health.report("notify", "off", "switched off in [notify] desktop")
        else:
            self._thread = threading.Thread(target=self._run, name="notify", daemon=True)
            self._thread.start()

    def submit(self, event: AlertEvent) -> None:
        """Hand over a new event (never one replayed from the store); does not block."""
        if self._thread is None or event.source == "demo":
            return
        with self._lock:
            if self._news.is_news(event):
                self._queue(notice_of(event))

    def tell(self, notice: Notice) -> None:
        """Hand over what people are to know of the daemon itself; does not block."""
        if self._thread is None:
            return
        with self._lock:
            self._queue(notice)

    def reconfigure(self, config: Notify, quiet_hours: QuietHours) -> None:
        """Notify by these settings from now on."""
        with self._lock:
            self._config, self._quiet = config, quiet_hours
            self._news.tell_from(config.level)
        if self._source == "demo" or config.desktop == (self._thread is not None):
            return
        if not config.desktop:
            self.stop()
            self._thread = None
        with self._lock:
            self._stopping = False
        self.start()

    @property
    def alive(self) -> bool:
        """Whether anybody is told, where people are to be told."""
        return self._thread is None or self._thread.is_alive()

    def revive(self) -> None:
        """Start again after a death."""
        self.start()

    def _queue(self, notice: Notice) -> None:
        """Have ``notice`` delivered. The lock is held."""
        if self._stopping:
            return
        self._waiting.append(notice)
        if len(self._waiting) > QUEUE:
            self._drop()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    def stop(self, timeout_s: float = 1.0) -> None:
        """Send what waits if that goes quickly, then end."""
        with self._lock:
            self._stopping = True
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._wake.set)
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                log.warning("the desktop does not answer; waiting notifications are given up")

    @property
    def figures(self) -> dict[str, float]:
        """Counts of notifications sent, failed, dropped, and withheld in quiet hours."""
        with self._lock:
            return {name: float(count) for name, count in self._counts.items()}

    def _drop(self) -> None:
        victim = next((e for e in self._waiting if e.level != "critical"), self._waiting[0])
        self._waiting.remove(victim)
        self._counts["dropped"] += 1
        log.warning("%d notifications wait already; that of %s is dropped", QUEUE, victim.about)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:
            log.exception("notifications failed and are off until the next start")
            self._health.report(
                "notify",
                "failed",
                "notifications stopped after an error; the log has it",
                "Restart distressd.",
                self.figures,
            )

    async def _serve(self) -> None:
        desktop = desktop_backend()
        with self._lock:
            self._loop = asyncio.get_running_loop()
        try:
            await self._check()
            if self._state[0] != "unavailable" and not await desktop.authorise():
                self._report_failure("the system settings do not allow notifications")
            while True:
                self._wake.clear()
                while notice := self._next():
                    await self._deliver(desktop, notice)
                if self._stopping:
                    break
                await self._rest()
        finally:
            with self._lock:
                self._loop = None
            desktop.close()

    async def _rest(self) -> None:
        """Until there is something to do, or a desktop that is missing may have come up."""
        recheck = RECHECK_S if self._state[0] == "unavailable" else None
        try:
            await asyncio.wait_for(self._wake.wait(), recheck)
        except TimeoutError:
            await self._check()

    def _next(self) -> Notice | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    async def _check(self) -> None:
        found = await check_availability()
        before, self._state = self._state, (found.state, found.reason)
        if self._state != before:
            if found.state == "ok":
                log.info("desktop notifications work, from level %s", self._config.level)
            else:
                log.warning("%s. %s", found.reason, found.remedy)
        self._health.report("notify", found.state, found.reason, found.remedy, self.figures)

    async def _deliver(self, desktop: Backend, notice: Notice) -> None:
        how = delivery(notice.level, self._quiet, self._now())
        if how == "none":
            self._count("quiet")
            return
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(DeliveryError),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(multiplier=0.25, max=2.0),
            reraise=True,
        )
        try:
            if self._state[0] == "unavailable":
                await self._check()
            async for attempt in retrying:
                with attempt:
                    await desktop.send(
                        notice.title, notice.text, notice.level, sound=how == "sound"
                    )
        except DeliveryError as error:
            self._count("failed")
            log.warning(
                "%s could not be notified: %s; other channels have it all the same",
                notice.about,
                error,
            )
            await self._check()
            self._report_failure(str(error))
            return
        self._count("sent")
        self._health.report("notify", "ok", figures=self.figures)
        self._state = ("ok", "")

    def _report_failure(self, reason: str) -> None:
        """Where the platform looked well and the notification failed all the same."""
        if self._state[0] == "ok":
            self._state = ("degraded", reason)
            log.warning("desktop notifications: %s", reason)
            self._health.report(
                "notify", "degraded", reason, "Look at the desktop's settings.", self.figures
            )

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1
