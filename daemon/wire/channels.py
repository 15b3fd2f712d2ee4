"""How each notification channel gets on, as a client sees it, and a test that a client sends."""

from typing import Literal

from pydantic import Field

from daemon.wire.base import ClientMessage, Message, RequestId, ServerMessage

ChannelSort = Literal["desktop", "apprise", "webhook", "mqtt", "command"]


class ShowChannels(ClientMessage):
    """How every channel gets on; ``channels`` comes again, without an ``id``, at each change."""

    type: Literal["show_channels"]
    id: RequestId


class SendTest(ClientMessage):
    """Have ``channel`` tell that this is a test; how it went is told in ``channels``."""

    type: Literal["send_test"]
    id: RequestId
    channel: str = Field(max_length=64)


class ChannelTest(Message):
    """The last test that somebody asked for."""

    asked: str = Field(description="RFC 3339")
    outcome: Literal["sending", "delivered", "failed"]
    reason: str = Field(default="", description="why it failed, in a sentence")


class ChannelStatus(Message):
    """One channel. Counts are since the daemon's start."""

    name: str
    sort: ChannelSort
    state: str = Field(description="ok, starting, degraded, unavailable, failed or off")
    reason: str = ""
    remedy: str = ""
    failing_since: str | None = Field(
        default=None, description="RFC 3339; null while the last attempt went well"
    )
    resting_until: str | None = Field(
        default=None, description="RFC 3339: its circuit breaker is open, it is left alone so long"
    )
    delivered: str | None = Field(default=None, description="RFC 3339 of the last delivery")
    error: str = Field(default="", description="the last error in a sentence, over or not")
    error_time: str | None = Field(default=None, description="RFC 3339 of that error")
    sent: int = 0
    failed: int = Field(default=0, description="given up")
    dropped: int = Field(default=0, description="too many waited, or they waited too long")
    quiet: int = Field(default=0, description="withheld by its rules")
    waiting: int = 0
    retried: int = 0
    test: ChannelTest | None = None


class Channels(ServerMessage):
    """The answer to ``show_channels``; without an ``id``, what has just changed."""

    type: Literal["channels"] = "channels"
    id: str | None
    channels: tuple[ChannelStatus, ...]
    reason: str = Field(description="why nobody is told of anything, or nothing")
