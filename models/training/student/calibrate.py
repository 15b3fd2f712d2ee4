"""Log-odds to probabilities, by Platt's scaling on development mixtures.

What is calibrated is what alarms: the strongest moment of a clip among everything that is heard
while it sounds. Corpora weigh alike, so that a threshold means about the same whoever is heard.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from models import registry
from models.calibration import Calibration, log_odds
from models.data.corpora import Clip
from models.ear.by_frames import EVENT_HOPS
from models.features.constants import HOP, SAMPLE_RATE
from models.networks import weights as shipped
from models.networks.mobilenet import KINDS
from models.parallel import pool
from models.sounds.by_yamnet import YamnetEvents
from models.sounds.network import WINDOW
from models.sounds.pair import Pair
from models.sounds.student import Student, StudentWeights
from models.sounds.yamnet import Yamnet
from models.training.mixtures import MixtureSettings, draw_rooms, mix
from models.training.student.views import kind_of

Float = NDArray[np.float32]

SHARES = {"distress": 0.34, "infant": 0.10}  # of clips, for which the probabilities hold
HEARD_S = (0.15, 0.4)  # from after the onset to after the offset
PAIR_SHARE = 0.5  # of cries
# The student alone takes more of ordinary speech for distress than both networks do.
ALONE_SHARE = 0.265
ROOM_SEED, ROOMS = 99, 120
EFFECTIVE = 1_000.0
UNSCALED = dict.fromkeys(("distress", "alone", "infant", "pair"), (1.0, 0.0))
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


class Listener(Protocol):
    """What is calibrated: the student, or both networks together."""

    log_odds: NDArray[np.float64]

    def hear(self, samples: Float, hops: int) -> None:
        """Take in the last window."""

    def forget(self) -> None:
        """What comes next does not follow what was heard."""


def hear(
    weights: StudentWeights,
    clips: Sequence[Clip],
    beds: Sequence[Clip],
    seed: int,
    *,
    paired: bool = False,
) -> list[Strongest]:
    """Each of ``clips`` mixed mildly and hard, heard as a stream, on every core.

    Args:
        weights: the student's.
        clips: what is heard.
        beds: everyday sounds behind it.
        seed: of the mixtures.
        paired: whether YAMNet hears with it.

    Raises:
        ModelError: YAMNet is wanted and cannot be had.
    """
    parts = [clips[start::64] for start in range(64)]
    found: list[Strongest] = []
    with pool() as workers:
        job = partial(_hear, weights=weights, beds=beds, seed=seed, paired=paired)
        for made in tqdm(workers.map(job, enumerate(parts)), total=len(parts), desc="hearing"):
            found += made
    return found


def _hear(
    job: tuple[int, Sequence[Clip]],
    weights: StudentWeights,
    beds: Sequence[Clip],
    seed: int,
    *,
    paired: bool,
) -> list[Strongest]:
    number, clips = job
    rooms, listener = _rooms(), _listener(weights, paired=paired)
    found = []
    for place, clip in enumerate(clips):
        for hard, settings in enumerate((MILD, HARD)):
            mixture = mix(
                np.random.default_rng((seed, number, place, hard)), clip, beds, rooms, settings
            )
            listener.forget()
            stream = np.concatenate([np.zeros(WINDOW, np.float32), mixture.samples])
            first = mixture.onset + HEARD_S[0] * SAMPLE_RATE
            last = mixture.offset + HEARD_S[1] * SAMPLE_RATE
            strongest = np.full(2, -np.inf)
            for end in range(EVENT_HOPS * HOP, len(mixture.samples) + 1, EVENT_HOPS * HOP):
                listener.hear(stream[end : end + WINDOW], EVENT_HOPS)
                if first <= end <= last:
                    strongest = np.maximum(strongest, listener.log_odds)
            if np.isfinite(strongest).all():
                found.append(Strongest(clip, bool(hard), strongest))
    return found


def _listener(weights: StudentWeights, *, paired: bool) -> Listener:
    student = Student(weights)
    if not paired:
        return student
    yamnet = Yamnet(registry.find("yamnet"), registry.find("yamnet-classes"))
    calibration = Calibration.of(shipped.load().metadata["calibration"]["sounds"])
    return Pair(student, YamnetEvents(yamnet, calibration))


@cache
def _rooms() -> list[Float]:
    return draw_rooms(ROOM_SEED, ROOMS)


def scaling(heard: Sequence[Strongest]) -> dict[str, tuple[float, float]]:
    """Weight and bias of the student's log-odds, by outcome."""
    judged = [one for one in heard if one.clip.meaning.verdict != "apart"]
    found = {
        name: _platt(judged, [one.clip.meaning.verdict == name for one in judged], place, share)
        for place, (name, share) in enumerate(SHARES.items())
    }
    return found | {"alone": alone(found["distress"])}


def alone(beside: tuple[float, float]) -> tuple[float, float]:
    """The scaling of what hears alone, from that of what hears ``beside`` another network."""
    weight, bias = beside
    return weight, bias + log_odds(ALONE_SHARE) - log_odds(SHARES["distress"])


def pair_scaling(heard: Sequence[Strongest]) -> dict[str, tuple[float, float]]:
    """Weight and bias of both networks' log-odds of distress.

    Of distress only cries are counted: YAMNet hears nothing in spoken fear, which would say of
    every number that it means little.
    """
    judged = [one for one in heard if _is_cry(one.clip) or one.clip.meaning.verdict in _OTHERS]
    return {"pair": _platt(judged, [_is_cry(one.clip) for one in judged], 0, PAIR_SHARE)}


_OTHERS = frozenset({"not_distress", "infant"})


def _is_cry(clip: Clip) -> bool:
    return kind_of(clip) == KINDS.index("cry")


def _platt(
    heard: Sequence[Strongest], wanted: Sequence[bool], column: int, share: float
) -> tuple[float, float]:
    sides = [(one.clip.corpus, side) for one, side in zip(heard, wanted, strict=True)]
    counts = Counter(sides)
    many = Counter(side for _, side in counts)
    weight = np.array([(share if s else 1.0 - share) / many[s] / counts[c, s] for c, s in sides])
    model = LogisticRegression(C=10.0)
    model.fit(
        np.array([[one.log_odds[column]] for one in heard]),
        wanted,
        sample_weight=weight * EFFECTIVE,
    )
    return float(model.coef_[0, 0]), float(model.intercept_[0])
