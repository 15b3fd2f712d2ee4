"""One verdict for a recording: its emotion, its distress, and what it measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daemon.acoustic.evidence import AcousticEvidence
from daemon.audio.recording import read_recording
from daemon.config.schema import Config
from daemon.language.lane import LanguageLane
from daemon.language.utterance import Words
from daemon.replay import replay_recording
from daemon.wire.alert import AlertEvent
from daemon.wire.base import LEVELS, Level
from models.data.labels import EMOTIONS
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What ``distressd analyze`` prints for a file.

    Attributes:
        emotion: index of the most probable emotion, or None where nothing opened the gate.
        confidence: mean posterior over the later half of the open hops, in EMOTIONS' order.
        distress: the highest calibrated probability of distress by sound.
        level: the highest level that an alert reached, or None.
        features: plain measurements of the sound.
        transcript: what was said, as far as it is believed; None where nobody listened for words.
    """

    file: str
    duration_s: float
    emotion: int | None
    confidence: tuple[float, ...]
    distress: float
    level: Level | None
    features: dict[str, float]
    transcript: str | None = None

    def stored(self) -> dict[str, Any]:
        """With the keys of the command's JSON."""
        return {
            "file": self.file,
            "duration_s": round(self.duration_s, 3),
            "class": self.emotion,
            "confidence": [round(p, 4) for p in self.confidence],
            "emotions": {e: round(p, 4) for e, p in zip(EMOTIONS, self.confidence, strict=True)},
            "distress": round(self.distress, 4),
            "level": self.level,
            "features": {name: round(value, 3) for name, value in self.features.items()},
            "transcript": self.transcript,
        }


def analyze(path: Path, config: Config, lane: LanguageLane | None = None) -> Verdict:
    """Hear ``path`` as the daemon would, words included where there is a ``lane``.

    Raises:
        RecordingError: if the file cannot be read.
        PartDied: if the slow lane died.
    """
    samples = read_recording(path)
    heard: list[AcousticEvidence] = []
    words: list[Words] = []
    events = replay_recording(path, config, "max", lane=lane, heard=heard.append, said=words.append)
    levels = [event.level for event in events if isinstance(event, AlertEvent)]
    posteriors = [e.posterior for e in heard if e.posterior is not None]
    later = posteriors[len(posteriors) // 2 :]
    confidence = np.mean(later, axis=0) if later else np.zeros(len(EMOTIONS))
    return Verdict(
        file=str(path),
        duration_s=len(samples) / SAMPLE_RATE,
        emotion=int(confidence.argmax()) if later else None,
        confidence=tuple(confidence.tolist()),
        distress=max((e.distress for e in heard), default=0.0),
        level=max(levels, key=LEVELS.index, default=None),
        features=measure(samples),
        transcript=None if lane is None else _transcript(words),
    )


def _transcript(words: Sequence[Words]) -> str | None:
    """All words in their order; None where none could be transcribed, for whatever reason."""
    if words and all(one.lost for one in words):
        return None
    return " ".join(one.text for one in words if one.text)


def measure(samples: Float) -> dict[str, float]:
    """Loudness and spectrum of a recording, (n,) at 16 kHz."""
    power = float(np.mean(samples.astype(np.float64) ** 2))
    magnitude = np.abs(np.fft.rfft(samples))
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    total = float(magnitude.sum()) + 1e-12
    centroid = float((hertz * magnitude).sum()) / total
    bandwidth = float(np.sqrt(((hertz - centroid) ** 2 * magnitude).sum() / total))
    crossings = np.count_nonzero(np.diff(np.signbit(samples)))
    return {
        "rms_db": 10.0 * float(np.log10(power + 1e-10)),
        "peak_db": 20.0 * float(np.log10(np.abs(samples).max() + 1e-5)),
        "zero_crossing_rate_hz": crossings / (len(samples) / SAMPLE_RATE),
        "spectral_centroid_hz": centroid,
        "spectral_bandwidth_hz": bandwidth,
    }
