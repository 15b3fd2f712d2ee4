"""The channel to this machine's own desktop, by its platform."""

import platform
from collections.abc import Callable

from daemon.config.notify import Notify
from daemon.notify.availability import in_signed_bundle
from daemon.notify.channels.channel import Channel
from daemon.notify.channels.desktop import Answer, DesktopChannel
from daemon.notify.channels.osascript import OsascriptChannel


def desktop_channel(config: Notify, answer: Callable[[Answer, str], None] | None) -> Channel:
    """The one that :func:`daemon.notify.availability.check_availability` tells of.

    Args:
        config: whether it may sound, and offer actions.
        answer: takes what a person answers, and the alert; it may block.
    """
    if platform.system() == "Darwin" and not in_signed_bundle():
        return OsascriptChannel(sound=config.sound)
    return DesktopChannel(sound=config.sound, answer=answer if config.actions else None)
