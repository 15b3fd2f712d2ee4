"""What every channel can do."""

import asyncio
import ssl
from abc import ABC, abstractmethod
from pathlib import Path

from daemon.notify.notice import Notice


class DeliveryError(Exception):
    """A notice was not taken.

    Args:
        reason: why, as people are told.
        remedy: what to do about it.
        final: this notice will never be taken; the next one may be.
        absent: there is nothing to deliver to, so that it makes no sense to try again soon.
        wait_s: the other end asks to be left alone for so long.
    """

    def __init__(
        self,
        reason: str,
        remedy: str = "",
        *,
        final: bool = False,
        absent: bool = False,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.final = final
        self.absent = absent
        self.wait_s = wait_s


class Channel(ABC):
    """One way to reach somebody. Everything is called in one asyncio loop of its own.

    Attributes:
        people: at its end are people, for whom quiet hours are.
        patience_s: an attempt that takes longer has failed.
        open_patience_s: the same, of :meth:`open`.
        keeps_s: for how long what could not be told is worth telling.
        wants_state: it shows how things stand, and is to be told when that changes.
    """

    people = True
    patience_s = 20.0
    open_patience_s = 20.0
    keeps_s = 86_400.0
    wants_state = False

    async def open(self) -> None:  # noqa: B027 - many have nothing to open
        """Get ready to deliver, or raise DeliveryError."""

    @abstractmethod
    async def deliver(self, notice: Notice) -> None:
        """Tell, or raise DeliveryError."""

    async def show_state(self) -> None:  # noqa: B027 - most show none
        """How things stand has changed: show it, or raise DeliveryError."""

    async def lost(self) -> None:
        """Return when what :meth:`open` has opened is gone; never, where that cannot be known."""
        await asyncio.Event().wait()

    async def close(self) -> None:  # noqa: B027 - many have nothing to close
        """Let go of what is held. Does not raise."""


def trusted(ca: Path | None) -> ssl.SSLContext:
    """The authorities that the other end is checked by: the system's, or those of ``ca``.

    Raises:
        DeliveryError: ``ca`` is no PEM file that can be read.
    """
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise DeliveryError(
            f"the certificate {ca} cannot be used ({error})", "Name a PEM file in ca.", absent=True
        ) from error
