"""From a configuration to channels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from daemon.config.notify import Apprise, Command, Mqtt, Notify, Webhook
from daemon.config.notify import Channel as Settings
from daemon.notify.channels.apprise import AppriseChannel
from daemon.notify.channels.channel import Channel
from daemon.notify.channels.command import CommandChannel
from daemon.notify.channels.local import desktop_channel
from daemon.notify.channels.mqtt import MqttChannel
from daemon.notify.channels.standing import Standing
from daemon.notify.channels.webhook import WebhookChannel
from daemon.notify.host import host_name


class Control(Protocol):
    """What people can do through a channel. Feedback may block; pauses do not."""

    def ack(self, alert: str) -> None:
        """Somebody has seen ``alert``."""

    def false_alarm(self, alert: str) -> None:
        """``alert`` was no distress."""

    def pause(self, seconds: float) -> None:
        """Raise no alerts for so long."""

    def resume(self) -> None:
        """End a pause."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What channels may know and do beyond telling; without them they only tell.

    Attributes:
        standing: how things stand.
        control: what people can do.
        transcripts: whether words may be told at this moment, though they were when they came.
    """

    standing: Callable[[], Standing] | None = None
    control: Control | None = None
    transcripts: Callable[[], bool] = lambda: True


def local_channel(config: Notify, around: Surroundings) -> Channel:
    """The desktop's."""
    control = around.control
    if control is None:
        return desktop_channel(config, None)
    answers = {"ack": control.ack, "false_alarm": control.false_alarm}
    return desktop_channel(config, lambda answer, alert: answers[answer](alert))


def made(settings: Settings, around: Surroundings) -> Channel:
    """The channel that ``settings`` describe."""
    match settings:
        case Apprise():
            return AppriseChannel(settings)
        case Webhook():
            return WebhookChannel(settings, host_name(), around.transcripts)
        case Command():
            return CommandChannel(settings, host_name(), around.transcripts)
        case Mqtt():
            return MqttChannel(settings, around.standing, around.control, around.transcripts)
    raise TypeError(f"no channel for {type(settings).__name__}")
