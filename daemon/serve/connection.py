"""Connections as the server counts them, and requests that are no WebSocket handshake."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from websockets.asyncio.server import ServerConnection

from daemon.serve.admission import Entry

# Connections that have not said hello. A newer one pushes the oldest out: a client that means
# well says hello within milliseconds, so whoever fills the room pushes out only himself.
MAX_WAITING = 64
# What the kernel takes for a subscriber that does not read. Its own default is megabytes, which
# would hide for hours that nobody listens.
SEND_BUFFER_BYTES = 2**17
# Before a write counts as waiting, beside what the kernel takes.
WRITE_LIMIT_BYTES = 2**15
# Messages wait for that limit, but every ping is answered at once: whoever sends pings and does
# not read would have the answers pile up here.
MOST_UNREAD_BYTES = 8 * WRITE_LIMIT_BYTES

_LONGEST_METHOD = 16
_NOT_ALLOWED = (
    b"HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)


class Lobby:
    """Every connection, and those of them that wait to be admitted, oldest first."""

    def __init__(self, on_cut: Callable[["Connection", str], None]) -> None:
        """Keep count; ``on_cut`` is told of every connection that is cut, and why."""
        self.connections: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}
        self._on_cut = on_cut

    def enter(self, connection: "Connection") -> None:
        """A connection was made."""
        self.connections.add(connection)
        self._waiting[connection] = None
        if len(self._waiting) > MAX_WAITING:
            self.cut(next(iter(self._waiting)), "too many wait for hello")

    def admit(self, connection: "Connection") -> None:
        """It has said hello."""
        self._waiting.pop(connection, None)

    def cut(self, connection: "Connection", reason: str) -> None:
        """End ``connection`` without a word to the other end."""
        self._on_cut(connection, reason)
        self.leave(connection)
        connection.transport.abort()

    def leave(self, connection: "Connection") -> None:
        """It is gone."""
        self.connections.discard(connection)
        self._waiting.pop(connection, None)


class Connection(ServerConnection):
    """Answers methods other than GET itself, since websockets reads GET only.

    Attributes:
        head_only: the request was HEAD; it is parsed as GET and gets no body.
        entry: what the headers of its WebSocket handshake say.
    """

    def __init__(self, *args: Any, lobby: Lobby, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head_only = False
        self.entry = Entry()
        self._lobby = lobby
        self._beginning: bytes | None = b""

    @property
    def peer(self) -> str:
        """The address of the other end, without its port."""
        address = self.remote_address
        return str(address[0]) if address else "a client that has left"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it, and let the kernel hide little of its backpressure."""
        raw = cast("socket.socket", transport.get_extra_info("socket"))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        super().connection_made(transport)
        self._lobby.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting it."""
        self._lobby.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Look at the method, then hand everything to websockets, while its answers are read."""
        if self._beginning is None:
            super().data_received(data)
            if self.transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
                self._lobby.cut(self, "it sends and does not read")
            return
        self._beginning += data
        method, space, _ = self._beginning.partition(b" ")
        if not space and len(self._beginning) <= _LONGEST_METHOD:
            return
        beginning, self._beginning = self._beginning, None
        if method == b"HEAD":
            self.head_only = True
            beginning = b"GET" + beginning[len(method) :]
        elif method != b"GET" and space and method.isalpha() and method.isupper():
            self.transport.write(_NOT_ALLOWED)
            self.transport.close()
            return
        super().data_received(beginning)
