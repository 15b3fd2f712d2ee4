"""Follows a daemon over its restarts: every alert once, in order."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.sync.client import connect

from daemon.errors import ServeError, UsageError
from daemon.serve.admission import FOREIGN, MALFORMED, WRONG_TOKEN
from daemon.serve.position import Position
from daemon.serve.subscriber import Path

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 10.0
HANDSHAKE_PATIENCE_S = 5.0
# A snapshot has every open alert.
MAX_MESSAGE_BYTES = 2**24

# Closed with one of these, it will not get better by trying again.
FINAL = {
    MALFORMED: "It may be of another version; update both.",
    WRONG_TOKEN: "Set DISTRESSD_STATE to the state folder of that daemon.",
    FOREIGN: "Connect under a name that its [serve] hosts lists.",
}


class DaemonAbsent(Exception):  # noqa: N818 - a state of the world more than a mistake
    """No daemon to connect to; there may be one later."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a daemon serves, and its token."""

    url: str
    token: str


class Follower:
    """One subscription that outlives connections."""

    def __init__(
        self,
        find: Callable[[], Address],
        on_connection: Callable[[str], None],
        wait: Callable[[float], None] = time.sleep,
        path: Path = Path.ALERTS,
    ) -> None:
        """Follow the daemon that ``find`` finds, anew for each connection.

        Args:
            find: raises :class:`DaemonAbsent` while there is none.
            on_connection: told in a sentence whenever the connection came or went.
            wait: waits between two attempts.
            path: what is subscribed to.
        """
        self._find = find
        self._on_connection = on_connection
        self._wait = wait
        self._path = path
        self._said = ""
        self._position = Position()

    def messages(self) -> Iterator[dict[str, Any]]:
        """Everything that the daemon sends, for ever; an alert event comes once.

        Raises:
            ServeError: the daemon refuses this client for good.
            UsageError: the address is none.
            StateError: the token cannot be read.
        """
        retry_s = FIRST_RETRY_S
        while True:
            try:
                address = self._find()
                for message in self._connection(address):
                    retry_s = FIRST_RETRY_S
                    yield message
            except DaemonAbsent as absent:
                self._say(f"{absent} Waiting for one.")
            except ConnectionClosed as closed:
                code, reason = _told(closed)
                if code in FINAL:
                    raise ServeError(
                        f"The daemon at {address.url} refuses: {reason}.", FINAL[code]
                    ) from closed
                self._say(f"Disconnected from {address.url}: {reason}. Reconnecting.")
            except (ValueError, KeyError, TypeError) as error:
                raise ServeError(f"What answers at {address.url} is no distressd.") from error
            except InvalidURI as error:
                raise UsageError(
                    f"{address.url!r} is no WebSocket address.", "Use ws://HOST:PORT."
                ) from error
            except (OSError, InvalidHandshake) as error:
                why = getattr(error, "strerror", None) or error
                self._say(f"No daemon answers at {address.url} ({why}). Trying again.")
            self._wait(retry_s)
            retry_s = min(2 * retry_s, LONGEST_RETRY_S)

    def _connection(self, address: Address) -> Iterator[dict[str, Any]]:
        with connect(
            address.url.rstrip("/").removesuffix(Path.ALERTS) + self._path,
            compression=None,
            proxy=None,
            open_timeout=HANDSHAKE_PATIENCE_S,
            max_size=MAX_MESSAGE_BYTES,
        ) as connection:
            connection.send(json.dumps(self._position.hello(address.token)))
            while True:
                message: dict[str, Any] = json.loads(connection.recv())
                if message["type"] == "snapshot":
                    self._say(f"Connected to {address.url}.")
                if self._position.is_new(message):
                    yield message

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            self._on_connection(sentence)


def _told(closed: ConnectionClosed) -> tuple[int, str]:
    """The close code and the reason of a close."""
    if closed.rcvd is None:
        return 1006, "the connection broke"
    return closed.rcvd.code, closed.rcvd.reason or "the daemon stopped"
