"""Subscribers of three kinds, in one asyncio loop: healthy, silent (never read) and hostile."""

import asyncio
import contextlib
import json
import os
import random
import socket
import time
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

RECEIVE_BUFFER = 4_096  # bytes of a silent subscriber, so that it soon takes nothing more
HOSTILE_EVERY_S = 0.5
NO_HANDSHAKE, WITH_TOKEN = 0.3, 0.5  # shares of the rude connections
JOINED_AT_ONCE = 32  # the daemon lets 64 wait for their hello
ADMITTED_S = 30.0
RETRY_S = 0.5


class Subscriber(asyncio.Protocol):
    """A bare client: it costs so little that hundreds of them do not wait for each other.

    Attributes:
        joined: done when the snapshot has come (or, of a silent one, hello has gone).
        messages: text messages with the wall time of their arrival, seconds.
        lost: done when the connection has ended.
    """

    def __init__(self, url: str, token: str, *, reads: bool = True) -> None:
        loop = asyncio.get_running_loop()
        self.joined: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[None] = loop.create_future()
        self.messages: list[tuple[float, bytes]] = []
        self._hello = json.dumps({"type": "hello", "v": 1, "token": token}).encode()
        self._reads = reads
        self._protocol = ClientProtocol(parse_uri(f"{url}/v1/alerts"), max_size=None)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the handshake."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream is needed")
        self._transport = transport
        self._protocol.send_request(self._protocol.connect())
        self._send()

    def data_received(self, data: bytes) -> None:
        """Note what came and when; answer pings."""
        now = time.time()
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                if event.opcode is Opcode.TEXT:
                    self.messages.append((now, bytes(event.data)))
                    if not self.joined.done():
                        self.joined.set_result(None)
            else:  # the handshake's answer
                self._protocol.send_text(self._hello)
                if not self._reads and self._transport is not None:
                    self._send()
                    self._transport.pause_reading()
                    self.joined.set_result(None)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """It is over."""
        for future in (self.joined, self.lost):
            if not future.done():
                future.set_result(None)

    def leave(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.abort()

    def _send(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.writelines([each for each in self._protocol.data_to_send() if each])


class Crowd:
    """Everybody who is connected to one daemon."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        parts = urlsplit(url)
        self._address = (str(parts.hostname), int(parts.port or 80))
        self._tasks: list[asyncio.Task[None]] = []
        self.healthy: list[Subscriber] = []

    async def join(self, healthy: int, silent: int, hostile: int) -> None:
        """Connect ``healthy`` who read everything, and the others, who come back when dropped."""
        room = asyncio.Semaphore(JOINED_AT_ONCE)

        async def one() -> None:
            async with room:
                self.healthy.append(await self._subscribe(reads=True))

        async with asyncio.timeout(ADMITTED_S + healthy * 0.1):
            await asyncio.gather(*(one() for _ in range(healthy)))
        self._tasks = [asyncio.create_task(self._stay_silent()) for _ in range(silent)]
        self._tasks += [asyncio.create_task(self._attack(seed)) for seed in range(hostile)]

    async def leave(self) -> None:
        """Everybody goes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for subscriber in self.healthy:
            subscriber.leave()

    async def _subscribe(self, *, reads: bool) -> Subscriber:
        connection = socket.socket()
        connection.settimeout(0.0)
        if not reads:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, self._address)
        _, subscriber = await loop.create_connection(
            lambda: Subscriber(self._url, self._token, reads=reads), sock=connection
        )
        await subscriber.joined
        return subscriber

    async def _stay_silent(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                subscriber = await self._subscribe(reads=False)
                try:
                    await subscriber.lost
                finally:
                    subscriber.leave()
            await asyncio.sleep(RETRY_S)

    async def _attack(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - to be repeatable
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                await self._rubbish(chance)
            await asyncio.sleep(HOSTILE_EVERY_S * chance.uniform(0.5, 1.5))

    async def _rubbish(self, chance: random.Random) -> None:
        """One rude connection."""
        from websockets.asyncio.client import connect

        if chance.random() < NO_HANDSHAKE:
            _, writer = await asyncio.open_connection(*self._address)
            writer.write(os.urandom(chance.randrange(1, 4096)))
            await writer.drain()
            writer.close()
            return
        hello = json.dumps({"type": "hello", "v": 1, "token": self._token})
        rude: list[str | bytes] = [
            *("", "{", "[]", '{"type":"hello"}', '{"type":"hello","v":1,"token":"guess"}'),
            *(os.urandom(64), "x" * 100_000, '{"type":"ack","id":null}', '{"a":' * 5_000),
        ]
        async with connect(f"{self._url}/v1/alerts", compression=None, close_timeout=1) as line:
            if chance.random() < WITH_TOKEN:
                await line.send(hello)
            for _ in range(chance.randrange(1, 20)):
                await line.send(chance.choice(rude))
