"""A broker: every notice, how things stand, and a switch that pauses."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from daemon.notify.channels.broker import client_of, failure_of
from daemon.notify.channels.channel import Channel, DeliveryError
from daemon.notify.channels.discovery import discovery
from daemon.notify.channels.standing import Standing
from daemon.notify.host import host_name
from daemon.notify.notice import Notice

if TYPE_CHECKING:
    import aiomqtt

    from daemon.config.notify import Mqtt

log = logging.getLogger(__name__)

ONLINE, OFFLINE = "online", "offline"
BIRTH = "status"  # under the discovery prefix: Home Assistant says that it has started


class Switch(Protocol):
    """What can be switched from there; does not block."""

    def pause(self, seconds: float) -> None:
        """Raise no alerts for so long."""

    def resume(self) -> None:
        """End a pause."""


class MqttChannel(Channel):
    """Topics under ``PREFIX/NAME``: ``availability``, ``state``, ``event`` and ``pause/set``.

    Args:
        config: the broker.
        standing: how things stand; called in this loop. Without it nothing but notices is told.
        switch: what ``pause/set`` does.
        transcripts: whether words may be told at this moment.
    """

    people = False
    wants_state = True
    patience_s = 15.0

    def __init__(
        self,
        config: "Mqtt",
        standing: Callable[[], Standing] | None,
        switch: Switch | None,
        transcripts: Callable[[], bool],
    ) -> None:
        self._config = config
        self._transcripts = transcripts
        self._standing = standing
        self._switch = switch if config.control else None
        self._name = config.daemon or host_name()
        self._base = f"{config.prefix}/{self._name}"
        self._client: aiomqtt.Client | None = None
        self._reader: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, tell Home Assistant what there is, and listen to the switch."""
        import aiomqtt

        client = self._made()
        try:
            await client.__aenter__()
        except aiomqtt.MqttError as error:
            raise self._failure(error) from error
        except OSError as error:
            raise self._failure(error) from error
        self._client = client
        try:
            if self._standing is not None:  # else it is a test, which is nobody's birth
                await self._introduce(client)
                self._reader = asyncio.ensure_future(self._read(client))
        except aiomqtt.MqttError as error:
            raise self._failure(error) from error

    async def deliver(self, notice: Notice) -> None:
        """Publish to ``event``; returns when the broker has it."""
        transcripts = self._config.transcripts and self._transcripts()
        stored = notice.stored(self._name, transcripts=transcripts)
        await self._publish(f"{self._base}/event", json.dumps(stored, ensure_ascii=False))

    async def show_state(self) -> None:
        """Publish to ``state``, retained."""
        if self._standing is not None:
            text = json.dumps(self._standing().stored(), ensure_ascii=False)
            await self._publish(f"{self._base}/state", text, retain=True)

    async def lost(self) -> None:
        """Return when the connection is gone."""
        if self._reader is None:
            await super().lost()
        else:
            await asyncio.wait((self._reader,))

    async def close(self) -> None:
        """Say goodbye, where that is possible."""
        import aiomqtt

        client, self._client = self._client, None
        reader, self._reader = self._reader, None
        alive = reader is not None and not reader.done()
        if reader is not None:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
        if client is None:
            return
        with contextlib.suppress(aiomqtt.MqttError, OSError, TimeoutError):
            async with asyncio.timeout(2.0):
                if alive:
                    await client.publish(f"{self._base}/availability", OFFLINE, 1, retain=True)
                await client.__aexit__(None, None, None)

    def _made(self) -> "aiomqtt.Client":
        import aiomqtt

        will = aiomqtt.Will(f"{self._base}/availability", OFFLINE, 1, retain=True)
        return client_of(
            self._config, will if self._standing is not None else None, self.patience_s / 2
        )

    async def _introduce(self, client: "aiomqtt.Client") -> None:
        config = self._config
        if config.discovery:
            found = discovery(
                config.discovery, self._name, self._base, control=self._switch is not None
            )
            for topic, entity in found.items():
                payload = json.dumps(entity) if entity else ""
                await client.publish(topic, payload, 1, retain=True)
            await client.subscribe(f"{config.discovery}/{BIRTH}", 1)
        if self._switch is not None:
            await client.subscribe(f"{self._base}/pause/set", 1)
        await self.show_state()
        await client.publish(f"{self._base}/availability", ONLINE, 1, retain=True)

    async def _read(self, client: "aiomqtt.Client") -> None:
        """Until the connection is gone."""
        import aiomqtt

        try:
            async for message in client.messages:
                if message.retain:
                    continue  # a switch that was left on is nobody's wish of now
                if message.topic.matches(f"{self._base}/pause/set"):
                    self._set_pause(message.payload)
                elif message.payload == ONLINE.encode():
                    await self._introduce(client)
        except (aiomqtt.MqttError, DeliveryError) as error:
            log.debug("the connection to the broker is gone: %s", error)

    def _set_pause(self, payload: Any) -> None:
        if self._switch is None:
            return
        match payload:
            case b"ON":
                log.info("paused by MQTT for %.0f s", self._config.pause_s)
                self._switch.pause(self._config.pause_s)
            case b"OFF":
                log.info("the pause is ended by MQTT")
                self._switch.resume()
            case _:
                log.warning("MQTT: what came to pause/set is neither ON nor OFF; nothing is done")

    async def _publish(self, topic: str, text: str, *, retain: bool = False) -> None:
        import aiomqtt

        if self._client is None:
            raise DeliveryError("the broker is not connected")
        try:
            await self._client.publish(topic, text, 1, retain=retain)
        except aiomqtt.MqttError as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> DeliveryError:
        return failure_of(self._config, error)
