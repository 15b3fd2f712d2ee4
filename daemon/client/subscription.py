"""A subscription for asyncio that outlives connections and daemons.

::

    from daemon.client import subscribe

    async for event in subscribe():
        if event.type == "alert" and event.phase == "raised":
            print(event.level, event.why)
"""

import asyncio
import json
import logging
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from daemon.errors import ServeError, UsageError
from daemon.serve.client import (
    FINAL,
    FIRST_RETRY_S,
    HANDSHAKE_PATIENCE_S,
    LONGEST_RETRY_S,
    MAX_MESSAGE_BYTES,
    Address,
    DaemonAbsent,
)
from daemon.serve.position import Position
from daemon.serve.subscriber import Path
from daemon.state import Run, read_token, state_path
from daemon.wire.server import SERVER, AnyServerMessage

log = logging.getLogger(__name__)

Event = AnyServerMessage

_TROUBLE = (
    ConnectionClosed,
    InvalidURI,
    OSError,
    InvalidHandshake,
    ValueError,
    KeyError,
    TypeError,
)


async def subscribe(
    url: str | None = None,
    token: str | None = None,
    *,
    since: int | None = None,
    epoch: str | None = None,
    telemetry: bool = False,
    state: FilePath | None = None,
    on_connection: Callable[[str], None] | None = None,
) -> AsyncGenerator[Event, None]:
    """Everything that a daemon sends, for ever: each alert event once and in order.

    It waits for a daemon that is not there, reconnects to one that went away, and has replayed
    what was missed in between. Each connection begins with a :class:`~daemon.wire.server.Snapshot`;
    one with another ``epoch`` than before says that numbers begin anew: forget what you know.
    Messages of types that this version does not know are passed over.

    Args:
        url: the daemon's; by default the one that runs with the state folder.
        token: what it wants to know; by default the one in the state folder.
        since: number of the last event seen, to go on from there after a restart of your own.
        epoch: that of the snapshot before it.
        telemetry: what the daemon hears, 20 times a second, instead of alerts.
        state: the state folder; by default DISTRESSD_STATE or the platform's.
        on_connection: told in a sentence whenever the connection came or went.

    Raises:
        ServeError: the daemon refuses for good, or what answers is none.
        UsageError: ``url`` is no WebSocket address.
        StateError: the token cannot be read.
    """
    path = Path.TELEMETRY if telemetry else Path.ALERTS
    position = Position(since, epoch)
    said = ""

    def say(sentence: str) -> None:
        nonlocal said
        if sentence != said and on_connection is not None:
            on_connection(sentence)
        said = sentence

    retry_s = FIRST_RETRY_S
    while True:
        try:
            address = _find(url, token, state)
            async with aclosing(_connection(address, path, position)) as messages:
                async for message in messages:
                    retry_s = FIRST_RETRY_S
                    say(f"Connected to {address.url}.")
                    event = _known(message)
                    if event is not None:
                        yield event
        except DaemonAbsent as absent:
            say(f"{absent} Waiting for one.")
        except _TROUBLE as error:
            say(_told(error, address))
        # So that many clients do not come back in the same moment.
        await asyncio.sleep(retry_s * (1.0 + random.random() / 2.0))  # noqa: S311 - no secret
        retry_s = min(2 * retry_s, LONGEST_RETRY_S)


def _find(url: str | None, token: str | None, state: FilePath | None) -> Address:
    folder = state_path(state)
    if url is None:
        run = Run.read(folder)
        if run is None:
            raise DaemonAbsent(f"No daemon runs with the state folder {folder}.")
        url = run.url
    return Address(url, read_token(folder) if token is None else token)


async def _connection(
    address: Address, path: Path, position: Position
) -> AsyncGenerator[dict[str, Any], None]:
    async with connect(
        address.url.rstrip("/").removesuffix(path) + path,
        compression=None,
        proxy=None,
        open_timeout=HANDSHAKE_PATIENCE_S,
        max_size=MAX_MESSAGE_BYTES,
    ) as connection:
        await connection.send(json.dumps(position.hello(address.token)))
        while True:
            message: dict[str, Any] = json.loads(await connection.recv())
            if position.is_new(message):
                yield message


def _known(message: dict[str, Any]) -> Event | None:
    try:
        return SERVER.validate_python(message, strict=False)
    except ValidationError as error:
        if any(each["type"] == "union_tag_invalid" for each in error.errors()):
            log.debug("a message of type %r is passed over", message["type"])
            return None
        raise


def _told(error: Exception, address: Address) -> str:
    """What happened to the connection, in a sentence.

    Raises:
        ServeError: for a reason that does not pass.
        UsageError: the address is none.
    """
    at = address.url
    match error:
        case ConnectionClosed(rcvd=None):
            return f"Disconnected from {at}: the connection broke. Reconnecting."
        case ConnectionClosed(rcvd=close) if close is not None:
            reason = close.reason or "the daemon stopped"
            if close.code in FINAL:
                told = f"The daemon at {at} refuses: {reason}."
                raise ServeError(told, FINAL[close.code]) from error
            return f"Disconnected from {at}: {reason}. Reconnecting."
        case InvalidURI():
            raise UsageError(f"{at!r} is no WebSocket address.", "Use ws://HOST:PORT.") from error
        case OSError() | InvalidHandshake():
            why = getattr(error, "strerror", None) or error or "it takes too long"
            return f"No daemon answers at {at} ({why}). Trying again."
    raise ServeError(f"What answers at {at} is no distressd.") from error
