"""What is learned from, on the disk: each clip's mel power in several versions, and its teacher.

The teacher, YAMNet, hears the clip as it was recorded, every 100 ms; the student will hear it in
rooms and among other sounds. Made once for a recipe, on every core; later only what is missing. A
shard is written whole or not at all.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from tqdm import tqdm

from models import registry
from models.data.corpora import Clip
from models.features.constants import FRAME, HOP, SAMPLE_RATE
from models.features.melpower import mel_power
from models.parallel import pool
from models.rooms import reverberate
from models.sounds.network import WINDOW
from models.sounds.yamnet import Yamnet
from models.training.kept import keep, reading
from models.training.mixtures import draw_rooms
from models.training.student.recipe import StudentRecipe
from models.training.student.synthesised import Synthesised

Float = NDArray[np.float32]
Half = NDArray[np.float16]

SHARD = 100  # clips
ROOMS = 240
ROOM_SEED = 5
SPEEDS = (0.85, 1.18)  # pitch, formants and tempo together: new speakers
LONGEST_S = 30.0
SHORTEST = SAMPLE_RATE // 10
TAUGHT_EVERY = SAMPLE_RATE // 10
TAIL_S, ROOM_TAIL_S = 0.1, 0.4
RANGE_DB = 25.0  # below the loudest hop; outside is before and after the sound
LOWEST = 1e-10  # power
BY_GAMES = frozenset({"debian_voices", "debian_games", "esc10", "us8k"})


@dataclass(frozen=True, slots=True)
class Version:
    """A clip, heard one way.

    Attributes:
        speed: at which it plays.
        onset: the first hop that is not before the sound.
        offset: one after the last.
        power: (n, 104) decimal logarithms.
    """

    speed: float
    onset: int
    offset: int
    power: Half


@dataclass(frozen=True, slots=True)
class Recording:
    """A clip in all its versions.

    Attributes:
        taught: (m, 521) the teacher's scores of the windows that end every 100 ms.
    """

    file: str
    versions: tuple[Version, ...]
    taught: Half

    def scores(self, version: Version, end: int) -> Float:
        """What the teacher says of the window that ends with hop ``end`` of ``version``."""
        place = round(end * version.speed * HOP / TAUGHT_EVERY) - 1
        return np.asarray(self.taught[min(max(place, 0), len(self.taught) - 1)], np.float32)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clip or something synthesised, and its place among all."""

    clip: Clip | Synthesised
    place: int

    @property
    def name(self) -> str:
        """The clip's file; what is synthesised has the name of its kind and its place."""
        return self.clip.file if isinstance(self.clip, Clip) else f"{self.clip} {self.place}"


def collect(
    wanted: Sequence[Wanted], recipe: StudentRecipe, folder: Path, what: str
) -> list[Recording]:
    """The recordings of all that is ``wanted``, from ``folder`` where they are there.

    Args:
        wanted: clips and what is synthesised.
        recipe: how they are heard.
        folder: of the shards; they are found again by a hash of everything that decides them.
        what: named on the progress bar.

    Raises:
        DataError: a recording, or a shard, cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = [wanted[start : start + SHARD] for start in range(0, len(wanted), SHARD)]
    paths = [folder / f"{_shard_name(part, recipe)}.npz" for part in parts]
    missing = [(p, part) for p, part in zip(paths, parts, strict=True) if not p.is_file()]
    if missing:
        with pool() as workers:
            made = workers.map(partial(_make, recipe=recipe), missing)
            for _ in tqdm(made, total=len(missing), desc=what):
                pass
    return [recording for path in paths for recording in _read(path)]


def _shard_name(part: Sequence[Wanted], recipe: StudentRecipe) -> str:
    decisive = {
        "seed": recipe.seed, "versions": recipe.versions, "cries": recipe.cries,
        "clips": [[one.name, one.place] for one in part],
    }  # fmt: skip
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:20]


def _make(job: tuple[Path, Sequence[Wanted]], recipe: StudentRecipe) -> None:
    path, part = job
    made = [found for one in part if (found := _recording(one, recipe)) is not None]
    _write(path, made)


def _recording(one: Wanted, recipe: StudentRecipe) -> Recording | None:
    """None for what is too short to be heard."""
    rng = np.random.default_rng((recipe.seed, one.place))
    if isinstance(one.clip, Synthesised):
        return _heard(one.name, _kept(one.clip, rng), recipe.cries // 2, rng)
    samples = one.clip.read()[: int(LONGEST_S * SAMPLE_RATE)]
    if len(samples) < SHORTEST:
        return None
    return _heard(one.name, samples, _versions(one.clip, recipe), rng)


def _versions(clip: Clip, recipe: StudentRecipe) -> int:
    rare = clip.meaning.verdict in {"distress", "infant"} and clip.corpus in BY_GAMES
    if rare or (clip.environment == "scream" and clip.meaning.verdict == "distress"):
        return recipe.cries
    return recipe.versions.get(clip.corpus, 1)


def _kept(synthesised: Synthesised, rng: np.random.Generator) -> Float:
    """The first that the teacher takes for what it is meant to be."""
    yamnet = _yamnet()
    while True:
        samples = synthesised.make(rng)
        strongest = _taught(samples).max(axis=0).astype(np.float32)
        if synthesised.is_like(dict(zip(yamnet.class_names, strongest.tolist(), strict=True))):
            return samples


def _heard(file: str, samples: Float, count: int, rng: np.random.Generator) -> Recording:
    rooms = _rooms()
    versions = []
    for number in range(count):
        roomy, speed, version = number % 2 == 1, 1.0, samples
        if number > 1:
            speed = float(rng.uniform(*SPEEDS))
            version = soxr.resample(samples, SAMPLE_RATE * speed, SAMPLE_RATE, quality="MQ")
        if roomy:
            version = reverberate(version, rooms[int(rng.integers(len(rooms)))])
        tail = int((ROOM_TAIL_S if roomy else TAIL_S) * SAMPLE_RATE)
        versions.append(_version(speed, np.concatenate([version, np.zeros(tail, np.float32)])))
    return Recording(file, tuple(versions), _taught(samples))


def _version(speed: float, samples: Float) -> Version:
    hops = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    level = 10.0 * np.log10((hops.astype(np.float64) ** 2).mean(axis=1) + 1e-12)
    sounding = np.flatnonzero(level > level.max() - RANGE_DB)
    before = np.zeros(FRAME - HOP, np.float32)
    power = mel_power(np.concatenate([before, hops.ravel()]))
    return Version(
        speed,
        int(sounding[0]),
        int(sounding[-1]) + 1,
        np.log10(np.maximum(power, LOWEST)).astype(np.float16),
    )


def _taught(samples: Float) -> Half:
    lead, tail = np.zeros(WINDOW, np.float32), np.zeros(3 * TAUGHT_EVERY, np.float32)
    stream = np.concatenate([lead, samples, tail])
    ends = range(TAUGHT_EVERY, len(samples) + 3 * TAUGHT_EVERY, TAUGHT_EVERY)
    return np.array([_yamnet()(stream[end : end + WINDOW]) for end in ends], np.float16)


@cache
def _rooms() -> list[Float]:
    return draw_rooms(ROOM_SEED, ROOMS)


@cache
def _yamnet() -> Yamnet:
    return Yamnet(registry.find("yamnet"), registry.find("yamnet-classes"))


def _write(path: Path, found: Sequence[Recording]) -> None:
    versions = [version for one in found for version in one.versions]
    keep(
        path,
        files=np.array([one.file for one in found]),
        counts=np.array([len(one.versions) for one in found], np.int64),
        taught_counts=np.array([len(one.taught) for one in found], np.int64),
        taught=_joined([one.taught for one in found]),
        speeds=np.array([one.speed for one in versions]),
        extents=np.array([(one.onset, one.offset) for one in versions], np.int64),
        lengths=np.array([len(one.power) for one in versions], np.int64),
        power=_joined([one.power for one in versions]),
    )


def _read(path: Path) -> list[Recording]:
    with reading(path) as shard:
        taught = np.split(shard["taught"], np.cumsum(shard["taught_counts"])[:-1])
        powers = np.split(shard["power"], np.cumsum(shard["lengths"])[:-1])
        speeds, extents = shard["speeds"].tolist(), shard["extents"].tolist()
        place, found = 0, []
        for file, count, scores in zip(shard["files"], shard["counts"], taught, strict=True):
            span = range(place, place := place + int(count))
            versions = tuple(
                Version(speeds[i], extents[i][0], extents[i][1], powers[i]) for i in span
            )
            found.append(Recording(str(file), versions, scores))
        return found


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, np.float16)
