"""A stretch of sound in which somebody may have spoken, and what was made of it."""

from dataclasses import dataclass, field
from typing import Any

from daemon.language.messages import WordTime
from daemon.wire.base import Category
from models.features.constants import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Utterance:
    """Sound between two absolute sample indices.

    Attributes:
        id: unique within the process.
        start: absolute index of the first sample.
        end: absolute index after the last one.
        pcm: the samples, int16.
        score: the highest probability of distress by sound alone within it.
        explained: whether sound alone is, or was shortly before, at the level of an alert.
        cut_ns: monotonic time at which it was cut.
        closed: whether it ended because the sound did (else it was cut short).
    """

    id: str
    start: int
    end: int
    pcm: Any = field(repr=False)
    score: float
    explained: bool
    cut_ns: int
    closed: bool = True

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.pcm) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Words:
    """What became of an utterance.

    Attributes:
        utterance: which.
        text: what was said; empty where ``doubt`` says why, or where ``lost`` does.
        doubt: why a transcription is not believed, or (``script``, beside its text) not read.
        trustworthy: whether the transcription may raise more than an advisory by itself, and speak
            against distress.
        probability: of distress by the words; None where there are none that can be read.
        category: what kind of distress; None where none was asked for.
        reason: one sentence, which may quote what was said.
        readers: who read the words: ``meaning``, ``feeling`` (the language model).
        lost: why nothing was made of it (``dropped``, ``failed``, ``unavailable``, ``stopped``), or
            that its words are another's (``joined``).
        transcript_ms: from the cut to the transcript.
        verdict_ms: from the cut to the verdict.
    """

    utterance: Utterance
    text: str = ""
    doubt: str = ""
    trustworthy: bool = False
    language: str = ""
    words: tuple[WordTime, ...] = ()
    probability: float | None = None
    category: Category | None = None
    reason: str | None = None
    readers: tuple[str, ...] = ()
    lost: str = ""
    transcript_ms: float = 0.0
    verdict_ms: float = 0.0
