"""The end of the server: what waits is handed out, then every connection is closed or cut."""

import asyncio
import logging

from websockets.asyncio.server import Server
from websockets.protocol import State

from daemon.serve.connection import Lobby
from daemon.serve.session import Sessions

logger = logging.getLogger(__name__)

STOP_PATIENCE_S = 1.75
CUT_PATIENCE_S = 0.25


async def shut_down(server: Server, sessions: Sessions, lobby: Lobby) -> None:
    """Hand out what waits, say goodbye, and cut who does not answer."""
    deadline = asyncio.get_running_loop().time() + STOP_PATIENCE_S
    while not all(subscriber.idle for subscriber in sessions.subscribers):
        if asyncio.get_running_loop().time() > deadline - STOP_PATIENCE_S / 2:
            break
        await asyncio.sleep(0.01)
    server.close()  # with 1001, going away
    for connection in tuple(lobby.connections):
        if connection.protocol.state is State.CONNECTING:
            connection.transport.abort()
    try:
        async with asyncio.timeout_at(deadline):
            await server.wait_closed()
    except TimeoutError:
        for connection in tuple(lobby.connections):
            connection.transport.abort()
        sessions.end()
        try:
            async with asyncio.timeout(CUT_PATIENCE_S):
                await server.wait_closed()
        except TimeoutError:
            logger.warning("Some connections do not end; the server stops without them")
