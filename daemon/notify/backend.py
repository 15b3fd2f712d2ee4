"""Which way notifications go on this platform."""

import platform
from typing import TYPE_CHECKING, Protocol

from daemon.notify.availability import in_signed_bundle
from daemon.notify.desktop import Desktop
from daemon.notify.osascript import Osascript

if TYPE_CHECKING:
    from daemon.wire.base import Level


class Backend(Protocol):
    """Shows notifications; used from one asyncio loop."""

    async def send(self, title: str, text: str, level: "Level", *, sound: bool) -> None:
        """Show one, or raise DeliveryError."""

    async def authorise(self) -> bool:
        """Ask the person at the machine, where the platform has them asked."""

    def close(self) -> None:
        """Let go of what is held."""


def desktop_backend() -> Backend:
    """The one that :func:`daemon.notify.availability.check_availability` tells of."""
    if platform.system() == "Darwin" and not in_signed_bundle():
        return Osascript()
    return Desktop()
