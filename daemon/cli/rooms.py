"""``distressd rooms``."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli.options import config_option, json_option, print_json

if TYPE_CHECKING:
    from daemon.config.notify import Mqtt
    from daemon.terminal.rooms import Rooms

QUIET_S = 0.5  # what a broker keeps comes at once; after so long without a word, that was all
OPEN_S = 10.0
RETRY_S = 5.0


@click.command()
@click.argument("channel", required=False)
@click.option("--once", is_flag=True, help="Print how things stand, and end.")
@config_option
@json_option
def rooms(*, channel: str | None, once: bool, config_path: Path | None, as_json: bool) -> None:
    """Show every daemon that reports to the same MQTT broker, until Ctrl-C.

    CHANNEL is the [notify.mqtt.NAME] of the configuration whose broker is asked; it may be left
    out where there is one only. Every daemon needs a name of its own there (`daemon`).
    """
    from rich.console import Console
    from rich.live import Live

    from daemon.config.load import load_config
    from daemon.terminal.rooms import Rooms

    broker = _broker(load_config(config_path).notify.mqtt, channel)
    seen = Rooms(broker.prefix)
    console = Console()
    if once or as_json or not console.is_terminal:
        asyncio.run(_look(broker, seen, lambda: None, QUIET_S))
        if as_json:
            print_json(seen.stored())
        else:
            console.print(seen.picture())
        return
    try:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            asyncio.run(_follow(broker, seen, lambda: live.update(seen.picture(), refresh=True)))
    except KeyboardInterrupt:
        return


def _broker(brokers: "dict[str, Mqtt]", channel: str | None) -> "Mqtt":
    from daemon.errors import UsageError

    if channel is None and len(brokers) == 1:
        return next(iter(brokers.values()))
    if channel is None or channel not in brokers:
        if channel:
            said = f"There is no [notify.mqtt.{channel}] in the configuration."
        elif brokers:
            said = "The configuration has several MQTT brokers; name one."
        else:
            said = "The configuration has no MQTT broker."
        remedy = (
            f"There are: {', '.join(brokers)}." if brokers else "docs/NOTIFICATIONS.md says how."
        )
        raise UsageError(said, remedy)
    return brokers[channel]


async def _follow(broker: "Mqtt", seen: "Rooms", changed: Callable[[], None]) -> None:
    """For ever, over the broker's absences."""
    from daemon.errors import ServeError

    while True:
        try:
            await _look(broker, seen, changed, None)
        except ServeError as error:
            seen.link = f"{error} Trying again."
            for room in seen.rooms.values():
                room.online = False  # nobody knows
            changed()
        await asyncio.sleep(RETRY_S)


async def _look(
    broker: "Mqtt", seen: "Rooms", changed: Callable[[], None], quiet_s: float | None
) -> None:
    """Take what comes, until nothing does for ``quiet_s``; None: until the connection is gone.

    Raises:
        ServeError: the broker cannot be reached, or is gone.
    """
    import aiomqtt

    from daemon.errors import ServeError
    from daemon.notify.channels.broker import client_of, failure_of
    from daemon.notify.channels.channel import DeliveryError
    from daemon.terminal.rooms import MOST_ROOMS

    try:
        async with client_of(broker, None, OPEN_S, queue=4 * MOST_ROOMS) as client:
            for topic in seen.topics:
                await client.subscribe(topic, 1)
            seen.link = f"{broker.host}:{broker.port}"
            changed()
            messages = aiter(client.messages)
            while True:
                async with asyncio.timeout(quiet_s):
                    message = await anext(messages)
                payload = message.payload
                seen.take(str(message.topic), payload if isinstance(payload, bytes) else b"")
                changed()
    except TimeoutError:
        return
    except aiomqtt.MqttError as error:
        found = failure_of(broker, error)
    except DeliveryError as error:
        found = error
    raise ServeError(f"{found.reason[:1].upper()}{found.reason[1:]}.", found.remedy)
