"""Dashboards that are open, and the ends of channels, in a process of their own.

Started by :mod:`daemon.bench.company`: prints the ports of its two HTTP servers, one that takes
everything and one that never answers; reads where the daemon is; prints that its dashboards are
open; and ends with its standard input, printing what came.
"""

import asyncio
import contextlib
import json
import sys
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

BATCH = 5  # as the page asks for
OPEN_S = 60.0
# What ends a connection; at the end of this process, asyncio says a cancelled one aloud.
GONE = (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError)
ASKED: tuple[dict[str, str], ...] = (
    {"type": "show_settings"},
    {"type": "show_channels"},
    {"type": "list_alerts", "since": "1970-01-01T00:00:00Z"},
)
TAKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Onlookers:
    """What came to all of them together: ``alerts``, ``samples``, ``taken``."""

    def __init__(self) -> None:
        self.came = {"alerts": 0, "samples": 0, "taken": 0}

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer every request with 200."""
        with contextlib.suppress(*GONE):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(_length(head))
                self.came["taken"] += 1
                writer.write(TAKEN)
                await writer.drain()
        writer.close()

    async def hang(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read, and never answer."""
        with contextlib.suppress(*GONE):
            while await reader.read(65_536):
                pass
        writer.close()

    async def look(self, url: str, token: str, opened: asyncio.Event) -> None:
        """One dashboard: both of its connections, for ever."""
        async with (
            connect(f"{url}/v1/alerts", compression=None, max_size=None) as alerts,
            connect(f"{url}/v1/telemetry", compression=None, max_size=None) as telemetry,
        ):
            hello = {"type": "hello", "v": 1, "token": token}
            await alerts.send(json.dumps(hello))
            await telemetry.send(json.dumps(hello | {"batch": BATCH}))
            for number, request in enumerate(ASKED):
                await alerts.send(json.dumps(request | {"id": str(number)}))
            await asyncio.gather(self._read(alerts, opened), self._read(telemetry, opened))

    async def _read(self, connection: ClientConnection, opened: asyncio.Event) -> None:
        async for text in connection:
            message: dict[str, Any] = json.loads(text)
            match message["type"]:
                case "alert":
                    self.came["alerts"] += 1
                case "telemetry_batch":
                    self.came["samples"] += len(message["samples"])
                    opened.set()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0


async def main() -> None:
    """As above."""
    onlookers = Onlookers()
    ends = (onlookers.take, onlookers.hang)
    servers = [await asyncio.start_server(end, "127.0.0.1", 0) for end in ends]
    _tell({"ports": [server.sockets[0].getsockname()[1] for server in servers]})
    line = await asyncio.to_thread(sys.stdin.readline)
    if not line:
        return
    wanted = json.loads(line)
    opened = [asyncio.Event() for _ in range(wanted["dashboards"])]
    tasks = [
        asyncio.create_task(onlookers.look(wanted["url"], wanted["token"], each)) for each in opened
    ]
    async with asyncio.timeout(OPEN_S):
        for each in opened:
            await each.wait()
    _tell({"open": len(opened)})
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    _tell(onlookers.came)


def _tell(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
