"""When what Whisper wrote is not what anybody said.

Whisper makes phrases out of silence and noise, and goes round in circles where it is lost. The
thresholds of no-speech, log-probability and compression are those of the original (Radford et
al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022); the phrases were
collected with ``distressd evaluate --suite asr`` from recordings in which nobody speaks.
"""

import re
import zlib

from models.language.transcript import Doubt

# Above each no-speech probability, the log-probability below which words are not believed. The
# original's single rule (.6 and -1) passes a third of what tiny.en makes of dogs and music.
UNSURE = ((0.6, -0.5), (0.4, -0.9), (0.0, -1.25))
LOOPED_NO_SPEECH = 0.35  # who really repeats himself is clearly speaking
COMPRESSION = 2.4
LONGEST_LOOP = 5  # words that people do say several times: "help me, help me"
LONGEST_SENTENCE = 40
KEPT_REPEATS = 3  # "help, help, help": people do repeat themselves
WORDS_PER_S = 7.0  # the fastest talkers stay below six
LEAST_VOICED_S = 0.15
SURE_PHRASE = 0.2  # no-speech probability below which even a suspect phrase is believed ...
SURE_LOG_PROBABILITY = -0.35  # ... if it is also this sure of it
# What is believed on so little is heard once more before it is.
SHAKY_LOG_PROBABILITY = -1.0
SHAKY_VOICED_S = 0.6
STUTTER = 3  # times the same word in a row

PHRASES = frozenset(
    """
    you|i'm|i|oh|oh oh oh|the|and|so|no|no no no|yeah|yeah yeah yeah|yes yes yes|ah|ah ah ah|what
    |okay|i'm so sorry|i'm sorry|i'm so tired|i'm so happy|i'm so excited|i'm not alone|i'm not here
    |i'm not going to go|i'm not going to be here|i'm not going to be able to do it
    |i'm not going to do it|i'm not going to get it|i'm not gonna get it|i'm gonna get it
    |i'm going to go|i'm gonna go|i'm not going to be there|oh my god|one one one|ha ha|ha ha ha
    |thank you|thanks you|thank you very much|thank you so much|thanks for watching|mm hmm|uh huh
    |thank you for watching|bye|bye bye|hmm|uh|um|huh|the end|that's true|you know
    |please subscribe|subscribe|music|applause|laughter|silence|i'll see you next time
    |see you next time|see you in the next video|we'll be right back|shh|ugh|whoo|mmm|hey
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
_WORD = re.compile(r"[\w']+")


def plain(text: str) -> str:
    """Lower case words with single spaces between them."""
    return " ".join(_WORD.findall(text.lower()))


def without_loops(text: str) -> str:
    """``text`` without its repetitions: short parts stay three times, sentences once.

    A sentence that comes again word by word is Whisper's doing, and so is the rest of a last
    round that was cut off.
    """
    kept: list[str] = []
    sentence: list[str] = []
    for word in text.split():
        kept.append(word)
        if size := _loop(kept, KEPT_REPEATS + 1, 1, LONGEST_LOOP):
            del kept[-size:]
        elif size := _loop(kept, 2, LONGEST_LOOP + 1, LONGEST_SENTENCE):
            sentence = [plain(one) for one in kept[-size:]]
            del kept[-size:]
    for size in range(len(sentence) - 1, 0, -1):
        again = [plain(one) for one in kept[-size:]]
        whole = [plain(one) for one in kept[-size - len(sentence) : -size]]
        if again == sentence[:size] and whole == sentence:
            del kept[-size:]
            break
    return " ".join(kept)


def looped(text: str) -> bool:
    """Whether the end of ``text`` says the same three times and more than half of it is that."""
    words = text.split()
    # The last round may be cut off: the tail is looked for a few words back, too.
    for end in range(len(words), max(0, len(words) - LONGEST_LOOP), -1):
        size = _loop(words[:end], KEPT_REPEATS, 1, LONGEST_LOOP)
        if size and 2 * size * KEPT_REPEATS > len(words):
            return True
    return False


def _loop(words: list[str], times: int, least: int, most: int) -> int:
    """Length of the part that the end of ``words`` says ``times`` times; 0 if there is none."""
    for size in range(least, min(most, len(words) // times) + 1):
        if plain(words[-1]) != plain(words[-1 - size]):
            continue
        tail = [plain(one) for one in words[-size * times :]]
        if tail == tail[:size] * times:
            return size
    return 0


def shaky(text: str, *, log_probability: float, voiced_s: float) -> bool:
    """Whether what is believed stands on little: an unlikely text, little voice, or a stutter."""
    words = plain(text).split()
    stutters = any(len(set(words[i : i + STUTTER])) == 1 for i in range(len(words) - STUTTER + 1))
    return log_probability < SHAKY_LOG_PROBABILITY or voiced_s < SHAKY_VOICED_S or stutters


def compression(text: str) -> float:
    """How many times smaller the text becomes: ordinary speech stays below 2.4."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def doubt(
    text: str, *, log_probability: float, no_speech: float, voiced_s: float, seconds: float
) -> Doubt:
    """Why ``text`` is not believed, or nothing.

    Args:
        text: what Whisper wrote, loops cut.
        log_probability: mean over its tokens.
        no_speech: Whisper's probability that nobody speaks.
        voiced_s: seconds of voice in the sound.
        seconds: length of the sound.
    """
    said = plain(text)
    sure = no_speech < SURE_PHRASE and log_probability > SURE_LOG_PROBABILITY
    rules: tuple[tuple[Doubt, bool], ...] = (
        ("empty", not said),
        ("no_voice", voiced_s < LEAST_VOICED_S),
        *(
            (
                "no_speech" if silent else "improbable",
                no_speech > silent and log_probability < least,
            )
            for silent, least in UNSURE
        ),
        ("repetitive", looped(text) and no_speech > LOOPED_NO_SPEECH),
        ("repetitive", compression(text) > COMPRESSION),
        ("speed", len(said.split()) > WORDS_PER_S * max(1.0, seconds)),
        ("phrase", said in PHRASES and not sure),
    )
    return next((why for why, holds in rules if holds), "")
