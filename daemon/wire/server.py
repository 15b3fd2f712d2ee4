"""What the daemon sends besides alerts."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from daemon.health import Stage
from daemon.wire.alert import AlertEvent, SoundShare
from daemon.wire.base import Emotion, Message, Probability, ServerMessage, SourceName


class SourceStatus(Message):
    """Where sound comes from, and whether it does."""

    name: SourceName
    state: str = Field(description="ok, starting, degraded, unavailable, failed or ended")
    reason: str = ""
    remedy: str = ""
    liveness: Stage | None = Field(
        default=None, description="of a microphone: whether it really delivers"
    )
    cause: str = Field(default="", description="why it is not healthy, such as muted or denied")
    paused_until: str | None = Field(default=None, description="RFC 3339 while paused")


class PartStatus(Message):
    """The state of a part that may be absent for a while."""

    state: str
    reason: str = ""
    remedy: str = ""


class Snapshot(ServerMessage):
    """The answer to ``hello``: how things stand before the events that follow."""

    type: Literal["snapshot"] = "snapshot"
    epoch: str
    seq: int
    source: SourceStatus
    language: PartStatus
    sound_events: PartStatus
    store: PartStatus
    open_alerts: tuple[AlertEvent, ...]


class SourceChanged(ServerMessage):
    """The source's state changed, or a pause began or ended."""

    type: Literal["source"] = "source"
    source: SourceStatus


class PartChanged(ServerMessage):
    """The state of the language models, the sound events or the store changed."""

    type: Literal["language", "sound_events", "store"]
    status: PartStatus


class Telemetry(ServerMessage):
    """What the hop loop hears, at 20 Hz, for who asks (``/v1/telemetry``)."""

    type: Literal["telemetry"] = "telemetry"
    level_db: float = Field(description="loudness of the last hop, dBFS")
    floor_db: float = Field(description="the gate's noise floor, dBFS")
    gate: bool
    distress: Probability = Field(description="calibrated audio probability")
    infant: Probability
    score: Probability = Field(description="fused score")
    posterior: dict[Emotion, Probability]
    sounds: tuple[SoundShare, ...]


class Ok(ServerMessage):
    """The request ``id`` was carried out."""

    type: Literal["ok"] = "ok"
    id: str


class Error(ServerMessage):
    """The request ``id`` was refused, and why. ``id`` is null where none could be read."""

    type: Literal["error"] = "error"
    id: str | None
    message: str


AnyServerMessage = AlertEvent | Snapshot | SourceChanged | PartChanged | Telemetry | Ok | Error
SERVER: TypeAdapter[AnyServerMessage] = TypeAdapter(
    Annotated[AnyServerMessage, Field(discriminator="type")]
)
