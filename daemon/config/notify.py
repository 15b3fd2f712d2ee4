"""``[notify]``: who is told, of what, when and how."""

import importlib.util
import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from daemon.config.fields import FilePath, LocalTime, Port, Seconds, Section
from daemon.wire.base import Kind, Level

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
INSTALL = "pip install 'distressd[channels]' (`make run` brings it)"


def _channel(value: str) -> str:
    if not _NAME.fullmatch(value) or value == "desktop":
        raise ValueError("a channel's name is of a-z, 0-9, - and _, and not desktop")
    return value


def _need(library: str) -> None:
    if importlib.util.find_spec(library) is None:
        raise ValueError(f"needs the library {library}, which is not installed: {INSTALL}")


def _http(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(letter.isspace() for letter in text):
        raise ValueError("must be an address that begins with https:// or http://")
    _need("httpx2")
    return value


def _apprise(value: SecretStr) -> SecretStr:
    _need("apprise")
    from daemon.notify.channels.apprise import is_address

    if not is_address(value.get_secret_value()):
        raise ValueError("is no address that Apprise knows: see its list of services")
    return value


def _topic(value: str) -> str:
    if not value or set(value) & set("#+\0") or value != value.strip("/"):
        raise ValueError("must be an MQTT topic without #, + and without / at its ends")
    return value


def _program(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value or not value[0]:
        raise ValueError('must name a program, such as ["/usr/local/bin/tell", "--loud"]')
    if any("\0" in word for word in value):
        raise ValueError("must not have a NUL character")
    return value


ChannelName = Annotated[str, AfterValidator(_channel)]
Text = Annotated[str, StringConstraints(max_length=1_024)]
Topic = Annotated[str, StringConstraints(max_length=128), AfterValidator(_topic)]
TopicLevel = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,64}$")
]  # Home Assistant's discovery takes no other letters


class Rules(Section):
    """What one channel is told, and when."""

    level: Level = "warning"
    kinds: tuple[Kind, ...] = ()
    hours: tuple[LocalTime, LocalTime] | None = None
    cooldown_s: Seconds = 0.0
    digest_after: int = Field(default=8, ge=0, le=1_000)
    digest_s: Annotated[float, Field(ge=1.0, le=86_400.0)] = 60.0
    escalate_after_s: Seconds = 0.0

    @property
    def every_event(self) -> bool:
        """Whether it wants every event, and not only what is news."""
        return False


class Channel(Rules):
    """A way to reach people or programs, beside the desktop."""

    enabled: bool = True
    transcripts: bool = False


class Machine(Channel):
    """A channel at whose end is a program: it may want every event."""

    events: Literal["news", "all"] = "news"
    timeout_s: Annotated[float, Field(ge=0.1, le=300.0)] = 10.0

    @property
    def every_event(self) -> bool:
        """Whether it wants every event, and not only what is news."""
        return self.events == "all"

    @model_validator(mode="after")
    def _escalates_news_only(self) -> Self:
        if self.events == "all" and self.escalate_after_s:
            raise ValueError('escalate_after_s tells of news only: leave out events = "all"')
        return self


class Apprise(Channel):
    """``[notify.apprise.NAME]``: phones and chats, by the services that Apprise knows."""

    url: Annotated[SecretStr, AfterValidator(_apprise)]


class Webhook(Machine):
    """``[notify.webhook.NAME]``: JSON to an address, signed."""

    url: Annotated[SecretStr, AfterValidator(_http)]
    secret: SecretStr | None = None
    ca: FilePath | None = None


class Mqtt(Channel):
    """``[notify.mqtt.NAME]``: a broker, and Home Assistant behind it."""

    host: Annotated[str, Field(min_length=1, max_length=255)]
    port: Port = 1883
    username: Text = ""
    password: SecretStr | None = None
    tls: bool = False
    ca: FilePath | None = None
    daemon: TopicLevel = ""
    prefix: Topic = "distressd"
    discovery: Annotated[str, StringConstraints(max_length=128)] = "homeassistant"
    control: bool = True
    pause_s: Annotated[float, Field(ge=1.0, le=86_400.0)] = 3_600.0

    @model_validator(mode="after")
    def _library(self) -> Self:
        _need("aiomqtt")
        return self


class Command(Machine):
    """``[notify.command.NAME]``: a program, with the event as JSON on its standard input."""

    command: Annotated[tuple[Text, ...], AfterValidator(_program)]
    timeout_s: Annotated[float, Field(ge=0.1, le=300.0)] = 30.0


class Notify(Rules):
    """``[notify]``: the desktop, and every other channel by its name."""

    desktop: bool = True
    sound: bool = True
    actions: bool = True
    apprise: dict[ChannelName, Apprise] = Field(default_factory=dict)
    webhook: dict[ChannelName, Webhook] = Field(default_factory=dict)
    mqtt: dict[ChannelName, Mqtt] = Field(default_factory=dict)
    command: dict[ChannelName, Command] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [*self.apprise, *self.webhook, *self.mqtt, *self.command]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two channels are named {twice[0]}: give one another name")
        return self

    def every(self) -> dict[str, Channel]:
        """Every channel by its name, those that are switched off included; not the desktop."""
        return {**self.apprise, **self.webhook, **self.mqtt, **self.command}

    def channels(self) -> dict[str, Channel]:
        """Every channel that is switched on, by its name; the desktop is none of them."""
        return {name: channel for name, channel in self.every().items() if channel.enabled}
