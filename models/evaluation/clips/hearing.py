"""What an ear makes of each clip: behind a background, cut to a random length, at a random gain.

Length and level give the label away in several corpora, so that neither is left as recorded.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.ear import Ear
from models.evaluation.floor import LEAD_S, in_room
from models.features.constants import HOP, SAMPLE_RATE
from models.parallel import pool
from models.training.streams import StreamSettings, level_db, put_in_background

Float = NDArray[np.float32]

CUT_S: Final = (1.0, 3.0)
BACKGROUND_S: Final = (2.5, 3.5)
TAIL_S: Final = 1.0  # a sound-event window still holds the clip's end
TAIL_DB: Final = -75.0
SEED: Final = 31
PART: Final = 40  # clips that a process takes at a time

MakeEar = Callable[[], Ear]
Place = Callable[[Clip], tuple[Float, int]]
"""The stream in which a clip is heard, and its onset: the same for the same clip."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a classifier without ears sees of a clip.

    Attributes:
        duration_s: its length.
        level_db: its loudest half second, dBFS rms.
        peak_db: its highest sample, dBFS.
    """

    duration_s: float
    level_db: float
    peak_db: float

    @classmethod
    def at(cls, samples: Float) -> "Look":
        """Measure ``samples``."""
        peak = 20.0 * np.log10(float(np.abs(samples).max(initial=0.0)) + 1e-6)
        return cls(len(samples) / SAMPLE_RATE, level_db(samples), float(peak))


@dataclass(frozen=True, slots=True)
class Scored:
    """One clip as it was heard.

    Attributes:
        score: the highest probability of distress over the hops from its onset on.
        infant: the same of an infant crying.
        emotion: mean posterior over the later half of its open hops, (8,); None if the gate
            never opened.
    """

    clip: Clip
    score: float
    infant: float
    emotion: tuple[float, ...] | None

    @property
    def distress(self) -> bool:
        """Whether the clip is of distress."""
        return self.clip.meaning.verdict == "distress"

    @property
    def truth(self) -> str | None:
        """Its emotion, where it is of exactly one."""
        emotions = self.clip.meaning.emotions
        return next(iter(emotions)) if len(emotions) == 1 else None

    @property
    def guess(self) -> str:
        """The most probable emotion, or ``none``."""
        return "none" if self.emotion is None else EMOTIONS[int(np.argmax(self.emotion))]


def _seed(clip: Clip) -> int:
    """Of the file's name: clips in the same place of two lists must not be cut alike."""
    return zlib.crc32(f"{SEED} {clip.file}".encode())


def cut(clip: Clip) -> tuple[Float, int]:
    """A random part of ``clip`` at a random level behind random noise."""
    rng = np.random.default_rng(_seed(clip))
    settings = StreamSettings(
        background_s=BACKGROUND_S, speed=(1.0, 1.0), longest_s=float(rng.uniform(*CUT_S))
    )
    return put_in_background(rng, clip.read(), settings)


def whole(clip: Clip) -> tuple[Float, int]:
    """All of ``clip`` at its own level in a quiet room, as published figures have it."""
    return in_room(clip.read(), _seed(clip)), int(LEAD_S * SAMPLE_RATE)


def hear(ear: Ear, stream: Float, onset: int) -> tuple[float, float, tuple[float, ...] | None]:
    """Highest distress and infant from ``onset`` on, and the emotion."""
    rng = np.random.default_rng(SEED)
    tail = rng.standard_normal(int(TAIL_S * SAMPLE_RATE)).astype(np.float32)
    whole = np.concatenate([stream, tail * np.float32(10.0 ** (TAIL_DB / 20.0))])
    distress = infant = 0.0
    posteriors: list[Float] = []
    for number, hop in enumerate(whole[: len(whole) // HOP * HOP].reshape(-1, HOP)):
        ear.step(hop)
        if (number + 1) * HOP <= onset:
            continue
        distress, infant = max(distress, ear.distress), max(infant, ear.infant)
        if ear.is_open and (number + 1) * HOP <= len(stream):
            posteriors.append(ear.posterior.copy())
    if not posteriors:
        return distress, infant, None
    later = np.mean(posteriors[len(posteriors) // 2 :], axis=0)
    return distress, infant, tuple(float(p) for p in later)


def _scored(job: Sequence[Clip], make_ear: MakeEar, place: Place) -> list[Scored]:
    found = []
    for clip in job:
        stream, onset = place(clip)
        found.append(Scored(clip, *hear(make_ear(), stream, onset)))
    return found


def _looks(job: Sequence[Clip]) -> list[tuple[Look, Look]]:
    found = []
    for clip in job:
        stream, onset = cut(clip)
        found.append((Look.at(clip.read()), Look.at(stream[onset:])))
    return found


def hear_clips(clips: Sequence[Clip], make_ear: MakeEar, place: Place = cut) -> list[Scored]:
    """Every clip through a fresh ear each, on every core.

    Args:
        clips: what to hear.
        make_ear: makes an ear; sent to other processes.
        place: how a clip is put into a stream.
    """
    jobs = _jobs(clips)
    with pool() as workers:
        parts = workers.map(partial(_scored, make_ear=make_ear, place=place), jobs)
        return [one for part in tqdm(parts, total=len(jobs), desc="clips") for one in part]


def look_at_clips(clips: Sequence[Clip]) -> list[tuple[Look, Look]]:
    """Every clip as recorded, and as :func:`hear_clips` lets it be heard."""
    jobs = _jobs(clips)
    with pool() as workers:
        parts = workers.map(_looks, jobs)
        return [one for part in tqdm(parts, total=len(jobs), desc="levels") for one in part]


def _jobs(clips: Sequence[Clip]) -> list[Sequence[Clip]]:
    return [clips[start : start + PART] for start in range(0, len(clips), PART)]
