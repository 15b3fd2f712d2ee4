"""What the daemon sends besides alerts."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from daemon.health import Stage
from daemon.wire.alert import AlertEvent, SoundShare
from daemon.wire.base import Emotion, Message, Probability, ServerMessage, SourceName
from daemon.wire.channels import Channels
from daemon.wire.history import Alerts, AlertStory, Hours, Minutes, Said
from daemon.wire.settings import Settings


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
    clips: PartStatus = Field(description="whether sound around alerts is kept, encrypted")
    open_alerts: tuple[AlertEvent, ...]


class SourceChanged(ServerMessage):
    """The source's state changed, or a pause began or ended."""

    type: Literal["source"] = "source"
    source: SourceStatus


class PartChanged(ServerMessage):
    """The state of the language models, the sound events, the store or the clips changed."""

    type: Literal["language", "sound_events", "store", "clips"]
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


class TelemetryBatch(ServerMessage):
    """Several samples, oldest first, for who asks for them (``batch``); ``time`` is the last's."""

    type: Literal["telemetry_batch"] = "telemetry_batch"
    samples: tuple[Telemetry, ...]


class LanguageFigures(Message):
    """What the language models have to do, and have done since the start."""

    waiting: int = Field(description="utterances that wait")
    transcribed: int
    dropped: int = Field(description="given up for others, or without a worker")


class Vitals(ServerMessage):
    """Whether the daemon is still listening, once a second, for who asks for telemetry."""

    type: Literal["vitals"] = "vitals"
    hops_per_s: float = Field(description="100 where all is well")
    last_sound: str | None = Field(description="when the gate was last open, since the start")
    obstacles: tuple[str, ...] = Field(description="why nothing may be heard, in sentences")
    language: LanguageFigures | None = Field(description="null where it is switched off")


class Feedback(ServerMessage):
    """Somebody said something of the alert ``alert``, or took it back; ``time`` is when."""

    type: Literal["feedback"] = "feedback"
    alert: str
    said: Said | None = Field(description="null: what was said is taken back")


class SignInCode(ServerMessage):
    """The answer to ``sign_in``: a browser that opens ``path`` within a minute is signed in."""

    type: Literal["sign_in_code"] = "sign_in_code"
    id: str
    path: str


class Ok(ServerMessage):
    """The request ``id`` was carried out."""

    type: Literal["ok"] = "ok"
    id: str


class Error(ServerMessage):
    """The request ``id`` was refused, and why. ``id`` is null where none could be read."""

    type: Literal["error"] = "error"
    id: str | None
    message: str


AnyServerMessage = (
    AlertEvent
    | Snapshot
    | SourceChanged
    | PartChanged
    | Feedback
    | Telemetry
    | TelemetryBatch
    | Vitals
    | Ok
    | Error
    | SignInCode
    | Alerts
    | AlertStory
    | Hours
    | Minutes
    | Settings
    | Channels
)
SERVER: TypeAdapter[AnyServerMessage] = TypeAdapter(
    Annotated[AnyServerMessage, Field(discriminator="type")]
)
