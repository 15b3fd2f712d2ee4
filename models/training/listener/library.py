"""Stretches on the disk: made once for a recipe, on every core; later only what is missing.

A shard is written whole or not at all, so that a kill costs the shards in the making.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models import registry
from models.data.corpora import Clip
from models.data.splits import Fold, fold_of
from models.networks.listener_stepper import BLOCK
from models.parallel import pool
from models.sounds.yamnet import Yamnet
from models.training.listener.recipe import ListenerRecipe
from models.training.listener.stretches import BLOCK_SAMPLES, Float, Stretch, stretches
from models.training.mixtures import draw_rooms, mix

SHARD = 100  # mixtures
ROOMS = 240
ROOM_SEED = 5
BED_CORPORA = frozenset({"esc10", "us8k", "music", "librispeech"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One mixture: a clip, its place among all clips, and which of its mixtures."""

    clip: Clip
    place: int
    variant: int


@dataclass(frozen=True, slots=True)
class Source:
    """What every mixture of a fold is made with."""

    recipe: ListenerRecipe
    beds: tuple[Clip, ...]


def wanted(
    clips: Sequence[Clip], take: Callable[[Clip], bool], recipe: ListenerRecipe
) -> list[Wanted]:
    """Every mixture of those of all ``clips`` that ``take`` takes, in an order by chance."""
    every = [
        Wanted(clip, place, variant)
        for place, clip in enumerate(clips)
        if take(clip)
        for variant in range(recipe.mixtures.get(clip.corpus, 0))
    ]
    order = np.random.default_rng(recipe.seed).permutation(len(every))
    return [every[i] for i in order]


def beds_of(clips: Sequence[Clip], fold: Fold) -> tuple[Clip, ...]:
    """Everyday sounds of ``fold``."""
    return tuple(
        clip
        for clip in clips
        if fold_of(clip.group) == fold
        and clip.corpus in BED_CORPORA
        and clip.meaning.verdict == "not_distress"
    )


def collect(jobs: Sequence[Wanted], source: Source, folder: Path, what: str) -> list[Stretch]:
    """The stretches of all ``jobs``, from ``folder`` where they are there.

    Args:
        jobs: what to mix.
        source: what it is made with.
        folder: of the shards; they are found again by a hash of everything that decides them.
        what: named on the progress bar.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = [jobs[start : start + SHARD] for start in range(0, len(jobs), SHARD)]
    paths = [folder / f"{shard_name(part, source)}.npz" for part in parts]
    missing = [(p, part) for p, part in zip(paths, parts, strict=True) if not p.is_file()]
    if missing:
        with pool() as workers:
            made = workers.map(partial(_make, source=source), missing)
            for _ in tqdm(made, total=len(missing), desc=what):
                pass
    return [stretch for path in paths for stretch in read_shard(path)]


def shard_name(part: Sequence[Wanted], source: Source) -> str:
    """A hash of everything that decides what is in the shard."""
    recipe = asdict(source.recipe)
    decisive = {name: recipe[name] for name in ("seed", "mixture", "gate", "gain")}
    decisive["clips"] = [[one.clip.file, one.place, one.variant] for one in part]
    decisive["beds"] = [bed.file for bed in source.beds]
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:20]


def write_shard(path: Path, found: Sequence[Stretch]) -> None:
    """All of ``found`` in one file."""
    unfinished = path.with_suffix(".unfinished.npz")
    np.savez(
        unfinished,
        files=np.array([one.file for one in found]),
        lengths=np.array([len(one) for one in found]),
        present_from=np.array([one.present_from for one in found]),
        mel=_joined([one.mel for one in found]),
        embedding=_joined([one.embedding for one in found]),
        scores=_joined([one.scores for one in found]),
        since_onset=_joined([one.since_onset for one in found]),
        since_offset=_joined([one.since_offset for one in found]),
    )
    unfinished.replace(path)


def read_shard(path: Path) -> Iterator[Stretch]:
    """The stretches of a file."""
    with np.load(path) as shard:
        mel, embedding, scores = shard["mel"], shard["embedding"], shard["scores"]
        since_onset, since_offset = shard["since_onset"], shard["since_offset"]
        end = 0
        about = zip(shard["files"], shard["lengths"], shard["present_from"], strict=True)
        for file, length, present_from in about:
            begin, end = end, end + int(length)
            yield Stretch(
                str(file),
                mel[begin * BLOCK : end * BLOCK],
                embedding[begin:end],
                scores[begin:end],
                since_onset[begin:end],
                since_offset[begin:end],
                int(present_from),
            )


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)


@cache
def _rooms() -> list[Float]:
    return draw_rooms(ROOM_SEED, ROOMS)


@cache
def _yamnet() -> Yamnet:
    return Yamnet(registry.find("yamnet"), registry.find("yamnet-classes"))


def _hear(window: Float) -> tuple[Float, Float]:
    yamnet = _yamnet()
    scores = yamnet(window)
    return yamnet.embedding(), scores


def _make(job: tuple[Path, Sequence[Wanted]], source: Source) -> None:
    path, part = job
    recipe, found = source.recipe, []
    for one in part:
        rng = np.random.default_rng((recipe.seed + one.variant, one.place))
        mixture = mix(rng, one.clip, source.beds, _rooms(), recipe.mixture)
        if len(mixture.samples) >= BLOCK_SAMPLES:
            found += stretches(one.clip.file, mixture, _hear, recipe.gate, recipe.gain)
    write_shard(path, found)
