"""What every JSON text message has in common, and the words it is written in."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = 1
RFC3339_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$"

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
RequestId = Annotated[str, Field(min_length=1, max_length=64)]
SourceName = Literal["mic", "file", "stdin", "demo"]
Level = Literal["advisory", "warning", "critical"]
Phase = Literal["raised", "updated", "cleared"]
Modality = Literal["audio", "text", "context", "history"]
Kind = Literal["scream", "shouting", "crying", "pain", "fear", "anger", "infant_crying"]
Category = Literal[
    "fear", "pain", "threat", "medical", "call_for_help", "crying", "argument", "none"
]
Emotion = Literal["neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"]

LEVELS: tuple[Level, ...] = ("advisory", "warning", "critical")


def rfc3339(wall_s: float) -> str:
    """``wall_s`` (seconds since 1970) as RFC 3339 in UTC with microseconds."""
    moment = datetime.fromtimestamp(wall_s, UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds") + "Z"


def wall_seconds(text: str) -> float:
    """The inverse of :func:`rfc3339`."""
    return datetime.fromisoformat(text).timestamp()


class Message(BaseModel):
    """A JSON text message. Unknown keys are an error: the version says what is known.

    Infinity and NaN are refused, because JSON has neither.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        json_schema_serialization_defaults_required=True,
    )


class ServerMessage(Message):
    """What the daemon sends: ``time`` is wall time, ``stream_s`` is sample time."""

    v: Literal[1] = 1
    time: str = Field(
        description="RFC 3339, UTC, of the moment that the message tells of",
        json_schema_extra={"format": "date-time", "pattern": RFC3339_PATTERN},
    )
    stream_s: float = Field(description="seconds of sound since the source began")


class ClientMessage(Message):
    """What a client sends."""

    v: Literal[1] = 1
