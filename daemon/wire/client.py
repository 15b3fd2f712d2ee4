"""What a client may say. The first message is ``hello``, within two seconds."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from daemon.wire.base import ClientMessage

RequestId = Annotated[str, Field(min_length=1, max_length=64)]


class Hello(ClientMessage):
    """Opens a subscription; ``since`` and ``epoch`` resume an earlier one."""

    type: Literal["hello"]
    token: str = Field(default="", max_length=256)
    since: int | None = Field(default=None, ge=0)
    epoch: str | None = Field(default=None, max_length=64)


class Ack(ClientMessage):
    """A person has seen the alert ``alert``."""

    type: Literal["ack"]
    id: RequestId
    alert: str = Field(max_length=64)


class FalseAlarm(ClientMessage):
    """A person says that the alert ``alert`` was no distress."""

    type: Literal["false_alarm"]
    id: RequestId
    alert: str = Field(max_length=64)


class Pause(ClientMessage):
    """Raise no alerts for ``seconds``; ends by itself."""

    type: Literal["pause"]
    id: RequestId
    seconds: float = Field(gt=0, le=86_400)


class Resume(ClientMessage):
    """End a pause."""

    type: Literal["resume"]
    id: RequestId


Request = Annotated[Ack | FalseAlarm | Pause | Resume, Field(discriminator="type")]

HELLO: TypeAdapter[Hello] = TypeAdapter(Hello)
REQUEST: TypeAdapter[Ack | FalseAlarm | Pause | Resume] = TypeAdapter(Request)
