"""What is wrong with one recording: decoding, rate, clipping, silence, its name, its voice."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from models.data.corpora import Clip
from models.data.schemes import SCHEMES
from models.data.sound import read_native, resampled
from models.data.table import TABLE
from models.errors import DataError
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]
Problem = Literal[
    "undecodable", "rate", "duration", "silent", "clipped", "named_otherwise", "no_voice", "voice"
]
ERRORS: Final = frozenset({"undecodable", "named_otherwise"})
"""What makes a corpus unfit to train or measure with; the rest is said and left to judgement."""

SILENT_DB: Final = -60.0  # of the loudest half second: below what a room's noise leaves audible
FULL_SCALE: Final = 0.999
CLIPPED_RUN: Final = 4  # samples at full scale in a row; a decoder's overshoot touches it singly
DURATION_S: Final = 0.1  # by which the table may differ
VOICED: Final = 0.5  # Silero's own threshold
NO_VOICE_S: Final = 0.3  # of voice: less than a word

SPEECH_LABELS: Final = frozenset({
    "neutral", "calm", "happy", "sad", "angry", "fear", "fearful", "disgust", "surprise",
    "surprised", "bored", "excited", "frustrated", "speech",
})  # fmt: skip
WORDLESS_LABELS: Final = frozenset({
    "air_conditioner", "car_horn", "dog_bark", "drilling", "engine_idling", "jackhammer", "siren",
    "rain", "sea_waves", "clock_tick", "helicopter", "chainsaw", "rooster", "fire_crackling",
    "silence", "noise", "wind", "thunderstorm", "washing_machine", "vacuum_cleaner",
})  # fmt: skip

VoiceSeconds = Callable[[Float], float]


@dataclass(frozen=True, slots=True)
class Inspection:
    """One recording as it was found.

    Attributes:
        problems: what is wrong with it.
        detail: a word on each of them.
        digest: of its samples; empty where they cannot be had. Equal ones are duplicates.
        level_db: loudest half second, dBFS rms.
    """

    file: str
    problems: tuple[Problem, ...]
    detail: tuple[str, ...]
    digest: str = ""
    level_db: float = float("-inf")


def inspect(clip: Clip, voice_seconds: VoiceSeconds | None = None) -> Inspection:
    """Read ``clip`` and say what is wrong with it.

    Args:
        clip: the recording.
        voice_seconds: how much voice is in samples; None leaves voice activity out.
    """
    found: list[tuple[Problem, str]] = list(_named_otherwise(clip))
    try:
        mono, rate = read_native(clip.root / clip.file)
    except DataError as error:
        found.append(("undecodable", error.message))
        return _result(clip, found)
    if rate != SAMPLE_RATE:
        found.append(("rate", f"{rate} Hz, read at {SAMPLE_RATE} Hz"))
    seconds = len(mono) / rate
    if abs(seconds - clip.duration_s) > DURATION_S:
        found.append(("duration", f"{seconds:.2f} s, the table says {clip.duration_s:.2f} s"))
    level = _level_db(mono, rate)
    if level < SILENT_DB:
        found.append(("silent", f"{level:.0f} dBFS"))
    run = _longest_run(np.abs(mono) >= FULL_SCALE)
    if run >= CLIPPED_RUN:
        found.append(("clipped", f"{run} samples in a row at full scale"))
    if voice_seconds is not None:
        found += _voice(clip, voice_seconds, resampled(mono, rate))
    digest = hashlib.sha256(mono.tobytes()).hexdigest() if len(mono) else ""
    return _result(clip, found, digest, level)


def _result(
    clip: Clip, found: list[tuple[Problem, str]], digest: str = "", level: float = float("-inf")
) -> Inspection:
    problems, details = tuple(p for p, _ in found), tuple(d for _, d in found)
    return Inspection(clip.file, problems, details, digest, level)


def _named_otherwise(clip: Clip) -> list[tuple[Problem, str]]:
    """Where a table describes files that have a published naming scheme, both must agree."""
    scheme = SCHEMES.get(clip.corpus)
    if scheme is None or not (clip.root / clip.corpus / TABLE).is_file():
        return []
    try:
        named = scheme.parse(clip.file.partition("/")[2], clip.root / clip.corpus)
    except DataError as error:
        return [("named_otherwise", error.message)]
    if (named.label, named.environment) == (clip.label, clip.environment):
        return []
    said = f"{named.label} {named.environment}".strip()
    return [("named_otherwise", f"its name says {said}, the table {clip.label}")]


def _voice(clip: Clip, voice_seconds: VoiceSeconds, mono: Float) -> list[tuple[Problem, str]]:
    speech = clip.label in SPEECH_LABELS and clip.environment in {"", "safe"}
    if not speech and clip.label not in WORDLESS_LABELS:
        return []
    seconds = voice_seconds(mono)
    if speech and seconds == 0.0:
        return [("no_voice", f"{clip.label}, but no voice")]
    if not speech and seconds >= NO_VOICE_S:
        return [("voice", f"{clip.label}, but {seconds:.1f} s of voice")]
    return []


def _level_db(mono: Float, rate: int) -> float:
    span = rate // 2
    energy = np.concatenate([[0.0], np.cumsum(mono.astype(np.float64) ** 2)])
    power = (energy[span:] - energy[:-span]) / span if len(energy) > span else energy[-1:] / span
    return float(10.0 * np.log10(power.max() + 1e-12))


def _longest_run(true: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
