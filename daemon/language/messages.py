"""What the daemon and its language worker say to each other."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from daemon.wire.base import Category

OUT_OF_MEMORY: Final = 3  # the worker's exit status, with which it says so

PartName = Literal["transcriber", "reasoner", "voice"]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Configure(_Said):
    """The first message to the worker: what to load, and how."""

    type: Literal["configure"] = "configure"
    whisper: str
    llm: str | None
    lora: str | None
    recipe: str | None
    device: str
    language: str | None
    threads: int


class Spoken(_Said):
    """One utterance of a batch; its samples are in the frame's bytes (int16), in order."""

    id: str
    samples: int
    explained: bool


class Batch(_Said):
    """Utterances to be transcribed together and read."""

    type: Literal["batch"] = "batch"
    number: int
    utterances: tuple[Spoken, ...]


class Listen(_Said):
    """A window to be heard a second time; its samples are in the frame's bytes (int16)."""

    type: Literal["listen"] = "listen"
    sample: int = Field(description="absolute index after its last")


class Part(_Said):
    """What became of loading a model."""

    type: Literal["part"] = "part"
    part: PartName
    state: Literal["ok", "degraded", "unavailable"]
    reason: str = ""
    remedy: str = ""


class WordTime(_Said):
    """A word, and when it was said: seconds from the utterance's beginning."""

    text: str
    start_s: float
    end_s: float
    probability: float


class Transcribed(_Said):
    """An utterance in words; ``doubt`` says why there are none."""

    type: Literal["transcribed"] = "transcribed"
    id: str
    text: str
    doubt: str
    language: str
    log_probability: float
    trustworthy: bool
    words: tuple[WordTime, ...]
    ms: float = Field(description="the batch's time, shared out")


class Judged(_Said):
    """What the words amount to; ``probability`` is null where nobody could read them.

    ``unread`` says why, where it is due to the words.
    """

    type: Literal["judged"] = "judged"
    id: str
    probability: float | None
    category: Category | None
    reason: str | None
    readers: tuple[str, ...]
    unread: str = ""
    ms: float


class Opined(_Said):
    """What was heard in a window."""

    type: Literal["opined"] = "opined"
    sample: int
    evidence: float = Field(description="log-odds of distress, to be added to the first ear's")
    ms: float


class Done(_Said):
    """A batch is finished; every utterance of it has been spoken of."""

    type: Literal["done"] = "done"
    number: int
    resident_bytes: int


FromWorker = Part | Transcribed | Judged | Opined | Done
ToWorker = Configure | Batch | Listen
FROM_WORKER: Final[TypeAdapter[FromWorker]] = TypeAdapter(
    Annotated[FromWorker, Field(discriminator="type")]
)
TO_WORKER: Final[TypeAdapter[ToWorker]] = TypeAdapter(
    Annotated[ToWorker, Field(discriminator="type")]
)
