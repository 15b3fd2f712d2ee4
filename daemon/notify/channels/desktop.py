"""The desktop's notification service, through desktop-notifier."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from daemon.errors import DistressdError
from daemon.notify.availability import check_availability
from daemon.notify.channels.channel import Channel, DeliveryError
from daemon.notify.notice import Notice

if TYPE_CHECKING:
    from desktop_notifier import Button, DesktopNotifier, Urgency

    from daemon.wire.base import Level

log = logging.getLogger(__name__)

Answer = Literal["ack", "false_alarm"]

_TIMEOUT_S = 5.0
_DIALOG_S = 60.0  # a person reads and answers
_KEPT = 20  # notifications left on the screen; older ones are taken back
_NOT_ALLOWED = "the system settings do not allow notifications"
_BUTTONS: dict[Answer, str] = {"ack": "Acknowledge", "false_alarm": "False alarm"}


class DesktopChannel(Channel):
    """Shows notifications, with two buttons where the desktop can show buttons.

    Args:
        sound: whether notifications may sound.
        answer: takes what a person answers, and the alert; it may block.
    """

    patience_s = 2 * _TIMEOUT_S
    open_patience_s = _DIALOG_S + 3 * _TIMEOUT_S
    keeps_s = 600.0  # who comes to the screen later sees history

    def __init__(
        self, *, sound: bool = True, answer: Callable[[Answer, str], None] | None = None
    ) -> None:
        self._sound = sound
        self._answer = answer
        self._notifier: DesktopNotifier | None = None
        self._buttons = False
        self._dispatched = ""
        self._shown: deque[str] = deque()
        self._answering: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Find out whether anything shows them, and ask whoever has to be asked (macOS)."""
        found = await check_availability()
        if found.state == "unavailable":
            raise DeliveryError(found.reason, found.remedy, absent=True)
        notifier = self._connect()
        try:
            async with asyncio.timeout(_DIALOG_S):
                allowed = await notifier.request_authorisation()
        except TimeoutError:
            allowed = False
        if not allowed:
            raise DeliveryError(_NOT_ALLOWED, "Allow them in the system's settings.", absent=True)
        self._buttons = self._answer is not None and await _has_buttons(notifier)

    async def deliver(self, notice: Notice) -> None:
        """Show a notification."""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._send(notice)
        except TimeoutError as error:
            raise DeliveryError("the notification service does not answer") from error
        except DeliveryError:
            raise
        except Exception as error:  # whatever a desktop does wrong is a failed delivery
            raise DeliveryError(f"the notification service failed: {error!r}") from error

    async def close(self) -> None:
        """Let go of the connection."""
        notifier, self._notifier = self._notifier, None
        self._shown.clear()
        # desktop-notifier has no close(), and an open bus would outlive the loop.
        bus = getattr(notifier._backend, "bus", None) if notifier else None  # noqa: SLF001
        if bus is not None:
            bus.disconnect()

    async def _send(self, notice: Notice) -> None:
        from desktop_notifier import DEFAULT_SOUND, Notification

        notification = Notification(
            notice.title,
            notice.text,
            urgency=_urgency(notice.level),
            sound=DEFAULT_SOUND if self._sound and notice.sound else None,
            buttons=self._buttons_of(notice),
        )
        notifier = self._connect()
        # It never raises: what it could not send is what it did not dispatch.
        await notifier.send_notification(notification)
        if self._dispatched != notification.identifier:
            raise DeliveryError("the notification service did not take it")
        await self._take_back(notifier, notification.identifier)

    def _buttons_of(self, notice: Notice) -> "tuple[Button, ...]":
        from desktop_notifier import Button

        if not self._buttons or notice.what != "alert" or not notice.alerts:
            return ()
        alert = notice.alerts[0]

        def pressed(answer: Answer) -> Callable[[], None]:
            def press() -> None:
                task = asyncio.ensure_future(self._take_answer(answer, alert))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)

            return press

        return tuple(Button(title, pressed(answer)) for answer, title in _BUTTONS.items())

    async def _take_answer(self, answer: Answer, alert: str) -> None:
        if self._answer is None:
            return
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, self._answer, answer, alert)
        except (DistressdError, OSError) as error:
            log.warning("what was pressed on the desktop could not be kept: %s", error)
        else:
            log.info("alert %s: %s, on the desktop", alert, answer.replace("_", " "))

    def _connect(self) -> "DesktopNotifier":
        from desktop_notifier import DesktopNotifier

        if self._notifier is None:
            self._notifier = DesktopNotifier(app_name="distressd", app_icon=None)
            self._notifier.on_dispatched = self._on_dispatched
        return self._notifier

    def _on_dispatched(self, identifier: str) -> None:
        self._dispatched = identifier

    async def _take_back(self, notifier: "DesktopNotifier", newest: str) -> None:
        """Desktop-notifier remembers what it shows for ever: keep that bounded."""
        self._shown.append(newest)
        while len(self._shown) > _KEPT:
            oldest = self._shown.popleft()
            if oldest in await notifier.get_current_notifications():
                await notifier.clear(oldest)


async def _has_buttons(notifier: "DesktopNotifier") -> bool:
    from desktop_notifier import Capability

    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return Capability.BUTTONS in await notifier.get_capabilities()
    except Exception as error:  # noqa: BLE001 - notifications work without
        log.info("desktop notifications have no buttons here (%r)", error)
        return False


def _urgency(level: "Level") -> "Urgency":
    from desktop_notifier import Urgency

    return {"advisory": Urgency.Low, "warning": Urgency.Normal, "critical": Urgency.Critical}[level]
