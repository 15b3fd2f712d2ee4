"""What a client may say. The first message is ``hello``, within two seconds."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from daemon.wire.base import ClientMessage, RequestId
from daemon.wire.channels import SendTest, ShowChannels
from daemon.wire.history import ListAlerts, ListHours, ListMinutes, ShowAlert
from daemon.wire.settings import ChangeSettings, ShowSettings


class Hello(ClientMessage):
    """Opens a subscription; ``since`` and ``epoch`` resume an earlier one."""

    type: Literal["hello"]
    token: str = Field(default="", max_length=256)
    since: int | None = Field(default=None, ge=0)
    epoch: str | None = Field(default=None, max_length=64)
    batch: int = Field(default=1, ge=1, le=20, description="samples of telemetry in one message")


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


class Revoke(ClientMessage):
    """Take back everything that was said of the alert ``alert``."""

    type: Literal["revoke"]
    id: RequestId
    alert: str = Field(max_length=64)


class Forget(ClientMessage):
    """Remove alerts, what was said of them and history for good; for who has the token.

    An alert goes whole, if any of it lies in the span.
    """

    type: Literal["forget"]
    id: RequestId
    since: AwareDatetime | None = Field(default=None, description="null: from the beginning")
    until: AwareDatetime | None = Field(default=None, description="null: up to now")


class Pause(ClientMessage):
    """Raise no alerts for ``seconds``; ends by itself."""

    type: Literal["pause"]
    id: RequestId
    seconds: float = Field(gt=0, le=86_400)


class Resume(ClientMessage):
    """End a pause."""

    type: Literal["resume"]
    id: RequestId


class SignIn(ClientMessage):
    """A code with which a browser signs in; for who said hello with the token."""

    type: Literal["sign_in"]
    id: RequestId


AnyRequest = (
    Ack
    | FalseAlarm
    | Revoke
    | Forget
    | Pause
    | Resume
    | SignIn
    | ListAlerts
    | ShowAlert
    | ListHours
    | ListMinutes
    | ShowSettings
    | ChangeSettings
    | ShowChannels
    | SendTest
)

HELLO: TypeAdapter[Hello] = TypeAdapter(Hello)
REQUEST: TypeAdapter[AnyRequest] = TypeAdapter(Annotated[AnyRequest, Field(discriminator="type")])
