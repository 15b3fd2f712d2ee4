"""Log-odds to probabilities, by Platt's scaling on development mixtures.

What is calibrated is what alarms: the strongest moment of a clip among everything that is heard
while it sounds. Corpora weigh alike, so that a threshold means about the same whoever is heard.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from models.data.corpora import Clip
from models.ear.by_frames import EVENT_HOPS
from models.features.constants import HOP, SAMPLE_RATE
from models.parallel import pool
from models.sounds.network import WINDOW
from models.sounds.student import Student, StudentWeights
from models.training.mixtures import MixtureSettings, draw_rooms, mix

Float = NDArray[np.float32]

SHARES = {"distress": 0.34, "infant": 0.10}  # of clips, for which the probabilities hold
HEARD_S = (0.15, 0.4)  # from after the onset to after the offset
ROOM_SEED, ROOMS = 99, 120
EFFECTIVE = 1_000.0
UNSCALED = {"distress": (1.0, 0.0), "infant": (1.0, 0.0)}
MILD = MixtureSettings(
    speed=(1.0, 1.0), as_recorded=1.0, roomless=0.6, preceded=0.2, noise_snr_db=(25.0, 50.0),
    bedded=0.15, bed_snr_db=(15.0, 30.0), tilt_db=3.0, telephone=0.0,
)  # fmt: skip
HARD = MixtureSettings(
    speed=(1.0, 1.0), as_recorded=1.0, roomless=0.2, noise_snr_db=(8.0, 30.0),
    bedded=0.8, bed_snr_db=(3.0, 15.0), telephone=0.05,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Strongest:
    """What a clip comes to: log-odds (2,) of distress and of an infant at their strongest."""

    clip: Clip
    hard: bool
    log_odds: NDArray[np.float64]


def hear(
    weights: StudentWeights, clips: Sequence[Clip], beds: Sequence[Clip], seed: int
) -> list[Strongest]:
    """Each of ``clips`` mixed mildly and hard, heard as a stream, on every core."""
    parts = [clips[start::64] for start in range(64)]
    found: list[Strongest] = []
    with pool() as workers:
        job = partial(_hear, weights=weights, beds=beds, seed=seed)
        for made in tqdm(workers.map(job, enumerate(parts)), total=len(parts), desc="hearing"):
            found += made
    return found


def _hear(
    job: tuple[int, Sequence[Clip]], weights: StudentWeights, beds: Sequence[Clip], seed: int
) -> list[Strongest]:
    number, clips = job
    student, rooms = Student(weights), _rooms()
    found = []
    for place, clip in enumerate(clips):
        for hard, settings in enumerate((MILD, HARD)):
            mixture = mix(
                np.random.default_rng((seed, number, place, hard)), clip, beds, rooms, settings
            )
            student.forget()
            stream = np.concatenate([np.zeros(WINDOW, np.float32), mixture.samples])
            first = mixture.onset + HEARD_S[0] * SAMPLE_RATE
            last = mixture.offset + HEARD_S[1] * SAMPLE_RATE
            strongest = np.full(2, -np.inf)
            for end in range(EVENT_HOPS * HOP, len(mixture.samples) + 1, EVENT_HOPS * HOP):
                student.hear(stream[end : end + WINDOW], EVENT_HOPS)
                if first <= end <= last:
                    strongest = np.maximum(strongest, student.log_odds)
            if np.isfinite(strongest).all():
                found.append(Strongest(clip, bool(hard), strongest))
    return found


@cache
def _rooms() -> list[Float]:
    return draw_rooms(ROOM_SEED, ROOMS)


def scaling(heard: Sequence[Strongest]) -> dict[str, tuple[float, float]]:
    """Weight and bias of the log-odds, by outcome."""
    judged = [one for one in heard if one.clip.meaning.verdict != "apart"]
    found = {}
    for column, (outcome, share) in enumerate(SHARES.items()):
        sides = [(one.clip.corpus, one.clip.meaning.verdict == outcome) for one in judged]
        counts = Counter(sides)
        many = Counter(side for _, side in counts)
        weight = np.array(
            [(share if s else 1.0 - share) / many[s] / counts[c, s] for c, s in sides]
        )
        model = LogisticRegression(C=10.0)
        model.fit(
            np.array([[one.log_odds[column]] for one in judged]),
            [side for _, side in sides],
            sample_weight=weight * EFFECTIVE,
        )
        found[outcome] = (float(model.coef_[0, 0]), float(model.intercept_[0]))
    return found
