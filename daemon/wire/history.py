"""What a client may ask of the past, and the answers. Each answer carries the request's ``id``."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from daemon.wire.alert import AlertEvent, SoundShare
from daemon.wire.base import (
    ClientMessage,
    Emotion,
    Kind,
    Level,
    Message,
    Probability,
    RequestId,
    ServerMessage,
)

MOST_ALERTS = 200
MOST_MINUTES = 1_440
MOST_HOURS = 24 * 370

Said = Literal["ack", "false_alarm"]


class ListAlerts(ClientMessage):
    """The alerts that were raised in a span, newest first; no demonstrations unless wanted."""

    type: Literal["list_alerts"]
    id: RequestId
    since: AwareDatetime
    until: AwareDatetime | None = None
    levels: tuple[Level, ...] = Field(default=(), max_length=3, description="none: all of them")
    kinds: tuple[Kind, ...] = Field(default=(), max_length=16, description="none: all of them")
    said: Said | Literal["nothing"] | None = None
    before: int | None = Field(default=None, ge=0, description="raised with a lower seq: paging")
    limit: int = Field(default=50, ge=1, le=MOST_ALERTS)
    demonstrations: bool = False


class ShowAlert(ClientMessage):
    """Everything that is kept of one alert."""

    type: Literal["show_alert"]
    id: RequestId
    alert: str = Field(max_length=64)


class ListHours(ClientMessage):
    """How each hour of a span was; hours are counted from ``since``."""

    type: Literal["list_hours"]
    id: RequestId
    since: AwareDatetime
    until: AwareDatetime


class ListMinutes(ClientMessage):
    """How each minute of a span was, the first 1,440 of them."""

    type: Literal["list_minutes"]
    id: RequestId
    since: AwareDatetime
    until: AwareDatetime


class Remark(Message):
    """What a person said of an alert."""

    said: Said
    time: str


class AlertRecord(Message):
    """One alert as it ended, or as it stands."""

    first_seq: int = Field(description="of the event that raised it")
    raised: str = Field(description="when")
    why: str = Field(description="the sentence with which it was raised")
    event: AlertEvent = Field(description="its last event")
    remark: Remark | None = Field(description="the newest")


class Alerts(ServerMessage):
    """The answer to ``list_alerts``."""

    type: Literal["alerts"] = "alerts"
    id: str
    alerts: tuple[AlertRecord, ...]
    more: bool = Field(description="there are older ones: ask with ``before``")


class AlertStory(ServerMessage):
    """The answer to ``show_alert``: at most the first 500 events."""

    type: Literal["alert_story"] = "alert_story"
    id: str
    events: tuple[AlertEvent, ...]
    remarks: tuple[Remark, ...]


class Hour(Message):
    """One hour; what was not listened to is in no sum."""

    start: str
    heard_s: float
    open_s: float = Field(description="with the gate open")
    level_max_db: float | None
    distress_max: Probability | None
    alerts: dict[Level, int]


class Hours(ServerMessage):
    """The answer to ``list_hours``: hours of which nothing is kept are left out."""

    type: Literal["hours"] = "hours"
    id: str
    hours: tuple[Hour, ...]


class MinuteHeard(Message):
    """One minute of listening."""

    start: str
    heard_s: float
    open_s: float = Field(description="with the gate open")
    level_mean_db: float
    level_max_db: float
    distress_max: Probability
    infant_max: Probability
    sounds: tuple[SoundShare, ...] = Field(description="strongest first")
    emotions: dict[Emotion, Annotated[float, Field(ge=0.0, le=1.0)]] = Field(
        description="mean while the gate was open; empty if it was not"
    )


class Minutes(ServerMessage):
    """The answer to ``list_minutes``: minutes of which nothing is kept are left out."""

    type: Literal["minutes"] = "minutes"
    id: str
    minutes: tuple[MinuteHeard, ...]
