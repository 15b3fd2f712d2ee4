"""What was said in one stretch of sound, as ``distressd replay`` tells it."""

from typing import Literal

from pydantic import Field

from daemon.wire.base import Category, Message, Probability, ServerMessage


class SpokenWord(Message):
    """One word and when it was said, in seconds of the stream."""

    text: str
    start_s: float
    end_s: float
    probability: Probability


class UtteranceEvent(ServerMessage):
    """An utterance was transcribed and read, or it is said why not.

    Never sent to subscribers: words leave the process only inside alerts, where that is allowed.
    """

    type: Literal["utterance"] = "utterance"
    id: str
    start_s: float
    end_s: float
    transcript: str = Field(description="empty where nothing was said that can be believed")
    doubt: str = Field(default="", description="why a transcription is not believed, or not read")
    lost: str = Field(default="", description="why nothing was made of it")
    language: str = ""
    distress: Probability | None = Field(description="by the words alone; null: not read")
    category: Category | None
    reason: str | None
    words: tuple[SpokenWord, ...] = ()
    sound: Probability = Field(description="the highest probability by sound alone within it")
