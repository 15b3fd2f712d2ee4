"""One subscriber's queue, and the writing of it."""

import asyncio
from collections import deque
from collections.abc import Iterable
from enum import StrEnum

from daemon.serve.admission import TRY_LATER, Refusal
from daemon.serve.connection import Connection
from daemon.wire.server import Telemetry, TelemetryBatch

# Samples: a telemetry subscriber that lags this far behind (at 20 Hz, 0.8 s) gets the newest only.
TELEMETRY_QUEUE = 16
# A write that the other end does not take for so long means that it does not read.
SEND_PATIENCE_S = 10.0


class Path(StrEnum):
    """What can be subscribed to."""

    ALERTS = "/v1/alerts"
    TELEMETRY = "/v1/telemetry"


class Subscriber:
    """Messages that wait for one connection. Used in the loop's thread only.

    Alerts, changes of state and replies are never dropped: when they fill the queue, the
    subscriber is not live, and is dropped itself; it can come back with ``since``. Telemetry is
    dropped, oldest first.

    Attributes:
        path: what it subscribed to.
        batch: how many samples of telemetry it wants at once.
        follows_channels: whether it has asked how notification channels get on.
        overflow: done, with the reason, when it must be dropped.
    """

    def __init__(self, connection: Connection, path: Path, *, limit: int, batch: int = 1) -> None:
        self.path = path
        self.batch = batch
        self.follows_channels = False
        self.overflow: asyncio.Future[Refusal] = asyncio.get_running_loop().create_future()
        self._connection = connection
        self._limit = limit
        self._messages: deque[tuple[int, str]] = deque()
        self._telemetry: deque[str] = deque(maxlen=max(2, TELEMETRY_QUEUE // batch))
        self._gathered: list[Telemetry] = []
        self._waiting = asyncio.Event()
        self._writing = False

    @property
    def idle(self) -> bool:
        """Whether everything that was offered has been handed to its socket."""
        return not self._messages and not self._writing

    def offer(self, text: str, *, seq: int = 0) -> None:
        """Queue a message that may not be dropped; ``seq`` numbers an alert event."""
        if self.overflow.done():
            return  # nothing after a gap, or it would not come back for what it missed
        if len(self._messages) >= self._limit:
            self.drop(f"{self._limit} messages wait for you: read faster, come back with since")
            return
        self._messages.append((seq, text))
        self._waiting.set()

    def offer_telemetry(self, text: str) -> bool:
        """Queue a message that may be dropped; false if that pushed an older one out."""
        room = len(self._telemetry) < (self._telemetry.maxlen or 0)
        self._telemetry.append(text)
        self._waiting.set()
        return room

    def gather(self, sample: Telemetry) -> bool:
        """Have ``sample`` wait for as many as are sent at once; false as above."""
        self._gathered.append(sample)
        return len(self._gathered) < self.batch or self.send_gathered()

    def send_gathered(self) -> bool:
        """Queue the samples that were gathered, though they may be few; false as above."""
        if not self._gathered:
            return True
        last = self._gathered[-1]
        message = TelemetryBatch(
            time=last.time, stream_s=last.stream_s, samples=tuple(self._gathered)
        )
        self._gathered.clear()
        return self.offer_telemetry(message.model_dump_json())

    def drop(self, reason: str) -> None:
        """It does not keep up: have its session end."""
        if not self.overflow.done():
            self.overflow.set_result(Refusal(TRY_LATER, reason))

    async def send(self, texts: Iterable[str]) -> None:
        """Write ``texts``, each with the patience that a reader deserves.

        Raises:
            Refusal: the other end does not read.
            websockets.exceptions.ConnectionClosed: it is gone.
        """
        for text in texts:
            try:
                async with asyncio.timeout(SEND_PATIENCE_S):
                    await self._connection.send(text)
            except TimeoutError:
                reason = f"nothing was read for {SEND_PATIENCE_S:.0f} s"
                raise Refusal(TRY_LATER, reason) from None

    async def write(self, after_seq: int) -> None:
        """Write what is offered, for ever; alert events up to ``after_seq`` are known already.

        Raises:
            Refusal: the other end does not read.
            websockets.exceptions.ConnectionClosed: it is gone.
        """
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            self._writing = True
            while self._messages:
                seq, text = self._messages.popleft()
                if seq == 0 or seq > after_seq:
                    await self.send((text,))
            while self._telemetry and not self._messages:
                await self.send((self._telemetry.popleft(),))
            self._writing = False
            if self._messages or self._telemetry:
                self._waiting.set()
