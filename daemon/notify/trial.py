"""Sends a test through every channel of a configuration, and says how it went."""

import asyncio
from dataclasses import dataclass

from daemon.config.notify import Channel as Settings
from daemon.config.notify import Notify
from daemon.errors import UsageError
from daemon.notify.channels.channel import Channel, DeliveryError
from daemon.notify.channels.made import Surroundings, local_channel, made
from daemon.notify.host import host_name
from daemon.notify.notice import trial_notice
from daemon.notify.notifier import DESKTOP
from daemon.notify.threads import Threads


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went with one channel."""

    channel: str
    delivered: bool
    reason: str = ""
    remedy: str = ""


def try_channels(config: Notify, names: tuple[str, ...]) -> list[Trial]:
    """Tell every channel of ``names`` (of none: all that are on), one after the other.

    Raises:
        UsageError: there is no such channel, or none at all.
    """
    known: dict[str, Settings | None] = {**config.channels()}
    if config.desktop:
        known = {DESKTOP: None, **known}
    for name in names:
        if name not in known:
            raise UsageError(
                f"There is no channel {name!r} in [notify], or it is switched off.",
                f"There are: {', '.join(known) or 'none'}.",
            )
    if not known:
        raise UsageError("No channel is switched on in [notify].", "docs/NOTIFICATIONS.md has all.")
    around = Surroundings()
    chosen = {name: each for name, each in known.items() if not names or name in names}
    channels = {
        name: local_channel(config, around) if each is None else made(each, around)
        for name, each in chosen.items()
    }
    return [asyncio.run(_try(name, channel)) for name, channel in channels.items()]


async def _try(name: str, channel: Channel) -> Trial:
    asyncio.get_running_loop().set_default_executor(Threads("notify-test"))
    notice = trial_notice(host_name())
    try:
        async with asyncio.timeout(channel.open_patience_s):
            await channel.open()
        async with asyncio.timeout(channel.patience_s):
            await channel.deliver(notice)
    except DeliveryError as error:
        return Trial(name, delivered=False, reason=error.reason, remedy=error.remedy)
    except TimeoutError:
        return Trial(name, delivered=False, reason=f"no answer within {channel.patience_s:g} s")
    finally:
        await channel.close()
    return Trial(name, delivered=True)
