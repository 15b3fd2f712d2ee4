"""The desktop's notification service, through desktop-notifier."""

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_notifier import DesktopNotifier, Urgency

    from daemon.wire.base import Level

_TIMEOUT_S = 5.0
_DIALOG_S = 60.0  # a person reads and answers
_KEPT = 20  # notifications left on the screen; older ones are taken back


class DeliveryError(Exception):
    """The desktop did not take a notification."""


class Desktop:
    """Sends notifications from one asyncio loop; reconnects after a failure."""

    def __init__(self) -> None:
        self._notifier: DesktopNotifier | None = None
        self._dispatched = ""
        self._shown: deque[str] = deque()

    async def send(self, title: str, text: str, level: "Level", *, sound: bool) -> None:
        """Show a notification.

        Raises:
            DeliveryError: if the desktop did not take it.
        """
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._send(title, text, level, sound=sound)
        except TimeoutError as error:
            self.close()
            raise DeliveryError("the notification service does not answer") from error
        except DeliveryError:
            self.close()
            raise
        except Exception as error:  # whatever a desktop does wrong is a failed delivery
            self.close()
            raise DeliveryError(f"the notification service failed: {error!r}") from error

    async def _send(self, title: str, text: str, level: "Level", *, sound: bool) -> None:
        from desktop_notifier import DEFAULT_SOUND, Notification

        notification = Notification(
            title, text, urgency=_urgency(level), sound=DEFAULT_SOUND if sound else None
        )
        notifier = self._connect()
        if not await notifier.request_authorisation():
            raise DeliveryError("the system settings do not allow notifications")
        # It never raises: what it could not send is what it did not dispatch.
        await notifier.send_notification(notification)
        if self._dispatched != notification.identifier:
            raise DeliveryError("the notification service did not take it")
        await self._take_back(notifier, notification.identifier)

    async def authorise(self) -> bool:
        """Ask the person at the machine, where the platform has them asked (macOS)."""
        try:
            async with asyncio.timeout(_DIALOG_S):
                return await self._connect().request_authorisation()
        except TimeoutError:
            return False

    def close(self) -> None:
        """Let go of the connection; the next :meth:`send` makes a new one."""
        notifier, self._notifier = self._notifier, None
        self._shown.clear()
        # desktop-notifier has no close(), and an open bus would outlive the loop.
        bus = getattr(notifier._backend, "bus", None) if notifier else None  # noqa: SLF001
        if bus is not None:
            bus.disconnect()

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


def _urgency(level: "Level") -> "Urgency":
    from desktop_notifier import Urgency

    return {"advisory": Urgency.Low, "warning": Urgency.Normal, "critical": Urgency.Critical}[level]
