"""The line to one channel: open or not, and never waited for longer than its patience."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable

from daemon.notify.channels.channel import Channel, DeliveryError
from daemon.notify.notice import Notice

log = logging.getLogger(__name__)

CLOSE_S = 3.0
STEADY_S = 10.0  # a connection that was good for so long was no failure


class Line:
    """Whatever goes wrong on it is a DeliveryError, for the next notice wants its thread.

    Args:
        name: the channel's, for the log.
        channel: not open yet; used in one loop.
    """

    def __init__(self, name: str, channel: Channel) -> None:
        self._name = name
        self._channel = channel
        self._opened_s: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether something can be told without opening it first."""
        return self._opened_s is not None

    @property
    def steady(self) -> bool:
        """Whether it has been open for so long that it works."""
        return self._opened_s is not None and time.monotonic() - self._opened_s > STEADY_S

    @property
    def wants_state(self) -> bool:
        """Whether the channel shows how things stand."""
        return self._channel.wants_state

    async def open(self) -> None:
        """Get ready to deliver, or raise DeliveryError."""
        await self._patiently(self._channel.open(), self._channel.open_patience_s)
        self._opened_s = time.monotonic()

    async def deliver(self, notice: Notice) -> None:
        """Tell ``notice``, or raise DeliveryError."""
        await self._patiently(self._channel.deliver(notice), self._channel.patience_s)

    async def show_state(self) -> None:
        """Show how things stand, or raise DeliveryError."""
        await self._patiently(self._channel.show_state(), self._channel.patience_s)

    async def rest(self, wake: asyncio.Event, seconds: float | None) -> bool:
        """Wait until there is something to do, or the connection is gone.

        Args:
            wake: set when there is.
            seconds: no longer than that; None: for ever.

        Returns:
            Whether the connection is gone.
        """
        woken = asyncio.ensure_future(wake.wait())
        lost = asyncio.ensure_future(self._channel.lost()) if self.is_open else None
        tasks = [task for task in (woken, lost) if task is not None]
        timeout = None if seconds is None else max(0.0, seconds)
        await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        gone = lost is not None and lost.done()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return gone

    async def close(self) -> None:
        """Let go of what is held."""
        self._opened_s = None
        with contextlib.suppress(TimeoutError):  # what does not let go in time is left to itself
            async with asyncio.timeout(CLOSE_S):
                await self._channel.close()

    async def _patiently(self, work: Awaitable[None], patience_s: float) -> None:
        try:
            async with asyncio.timeout(patience_s):
                await work
        except DeliveryError:
            raise
        except TimeoutError as error:
            raise DeliveryError(f"no answer within {patience_s:g} s") from error
        except Exception as error:
            log.exception(
                "channel %s: failed in a way that it should not; it is opened anew before the next"
                " attempt",
                self._name,
            )
            raise DeliveryError(f"it failed ({type(error).__name__})") from error
