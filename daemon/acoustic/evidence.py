"""What the hop loop hands to fusion."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SoundEvents:
    """Scores of the sound-event network over the window that ended at ``sample``.

    Each group is the highest score of its AudioSet classes, in [0, 1].

    Attributes:
        top: the strongest classes, by name.
        around: glass, shots and alarms, which are no distress by themselves, by group.
    """

    sample: int
    scream: float
    shouting: float
    crying: float
    pain: float
    infant: float
    top: tuple[tuple[str, float], ...]
    around: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AcousticEvidence:
    """One hop as it was heard.

    Attributes:
        sample: absolute index of the sample after the hop's last one (16 kHz).
        gate: whether the gate is open.
        level_db: loudness of the hop, dBFS (rms).
        floor_db: the gate's noise floor, dBFS.
        distress: calibrated probability of distress, LSTM and sound events together.
        infant: calibrated probability of an infant crying.
        posterior: the eight emotions (RAVDESS order), or None while the gate is closed.
        events: the newest sound events, or None where they are unavailable.
        capture_ms: converter to ring, 0 where there is no converter.
        ring_ns: monotonic time at which the hop's last sample was in the ring.
        hop_ns: monotonic time at which this evidence was made.
    """

    sample: int
    gate: bool
    level_db: float
    floor_db: float
    distress: float
    infant: float
    posterior: tuple[float, ...] | None
    events: SoundEvents | None
    capture_ms: float
    ring_ns: int
    hop_ns: int
