"""What was said, as far as it could be made out, and how far it is to be believed."""

from dataclasses import dataclass, field
from typing import Literal

Doubt = Literal["", "empty", "no_voice", "no_speech", "improbable", "repetitive", "phrase", "speed"]
"""Why a transcription is not believed: nothing was written; no voice is in the sound; Whisper heard
no speech and was unsure of its words; it was very unsure; it went round in circles; it is a phrase
that it makes of noise; it is more than anybody can say in that time."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word and when it was said, in seconds from the utterance's beginning."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """One utterance in words.

    Attributes:
        text: the words; empty where ``doubt`` says why they are not believed.
        doubt: empty for words that are believed.
        language: ISO 639-1 code.
        log_probability: mean over the tokens.
        no_speech: Whisper's probability that nobody speaks.
        voiced_s: seconds in which voice activity was found.
        faint: it had to be heard twice to be believed.
        words: with their times, where these were asked for.
    """

    text: str
    doubt: Doubt
    language: str = "en"
    log_probability: float = 0.0
    no_speech: float = 0.0
    voiced_s: float = 0.0
    words: tuple[Word, ...] = field(default=())
    faint: bool = False

    @property
    def trustworthy(self) -> bool:
        """Whether these words may raise more than an advisory, or speak against distress."""
        return (
            not self.doubt
            and not self.faint
            and self.log_probability > TRUSTED_LOG_PROBABILITY
            and self.no_speech < TRUSTED_NO_SPEECH
            and len(self.text.split()) >= TRUSTED_WORDS
        )


# Half of the clean read sentences are surer than this; of what is made out of noise almost none.
TRUSTED_LOG_PROBABILITY = -0.6
TRUSTED_NO_SPEECH = 0.4
TRUSTED_WORDS = 2
NOTHING = Transcript("", "empty")
