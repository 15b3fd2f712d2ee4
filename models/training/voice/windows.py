"""What the encoder makes of windows of sound, heard once and kept.

Distress is learned from mixtures: a recording in a room, at any level, behind and over everyday
sounds. Emotions are learned from acted recordings in a quiet room, every half second of them.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray
from tqdm import tqdm

from models.data.corpora import Clip
from models.evaluation.floor import gate_settings, in_room
from models.features.constants import HOP, SAMPLE_RATE
from models.features.gate import Gate, GateSettings
from models.networks import weights
from models.networks.mobilenet import KINDS
from models.networks.voice import WINDOW, pooled
from models.networks.whisper_encoder import WhisperEncoder
from models.parallel import pool
from models.training.kept import keep, of_one_length, reading
from models.training.mixtures import MixtureSettings, draw_rooms, mix
from models.training.student.calibrate import HARD, MILD
from models.training.student.views import kind_of, spread
from models.training.voice.recipe import VoiceRecipe

Float = NDArray[np.float32]
Half = NDArray[np.float16]

PART: Final = 50  # mixtures or recordings that a process takes at a time
ROOM_SEED: Final = 5
ROOMS: Final = 120
HEARD_S: Final = (0.4, 0.3)  # a window ends at least so long after the onset, so long after the end
EVERY: Final = SAMPLE_RATE // 2
MOST_ACTED: Final = 8  # windows of one recording
JOINED: Final = "+"
KEPT_AS: Final = 2  # what older versions kept knows no corpora
BEFORE_DB: Final = -100.0  # noise before a stream begins: exact silence is nothing a room has
SETTINGS: Final = (MILD, HARD, MixtureSettings(speed=(0.9, 1.12)))


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of some recordings.

    Attributes:
        of: (windows,) place of the recording of each.
        figures: (windows, n) what was pooled of each.
        corpora: (windows,) of all recordings in each, joined by ``+``.
    """

    of: NDArray[np.intp]
    figures: Half
    corpora: NDArray[np.str_]

    def where(self, chosen: NDArray[np.bool_]) -> "Windows":
        """Those that are chosen, (windows,)."""
        return Windows(self.of[chosen], self.figures[chosen], self.corpora[chosen])


def without(corpora: NDArray[np.str_], corpus: str) -> NDArray[np.bool_]:
    """In which windows, of such ``corpora``, no recording of ``corpus`` is heard."""
    return np.array([corpus not in joined.split(JOINED) for joined in corpora.tolist()], bool)


def drawn(clips: Sequence[Clip], recipe: VoiceRecipe) -> list[Clip]:
    """Recordings to be mixed: each kind has its share, spread by the roots of their numbers."""
    judged = [clip for clip in clips if clip.meaning.verdict != "apart"]
    names = [KINDS[kind_of(clip)] for clip in judged]
    keys = [(name, *spread(clip, name)) for name, clip in zip(names, judged, strict=True)]
    counts = Counter(keys)
    roots: dict[str, float] = {}
    for (name, *_), count in counts.items():
        roots[name] = roots.get(name, 0.0) + count**0.5
    chance = np.array([recipe.share[k[0]] / roots[k[0]] / counts[k] ** 0.5 for k in keys])
    rng = np.random.default_rng(recipe.seed)
    return [judged[i] for i in rng.choice(len(judged), recipe.mixtures, p=chance / chance.sum())]


def mixed(
    clips: Sequence[Clip],
    beds: Sequence[Clip],
    recipe: VoiceRecipe,
    encoder: Path,
    cache_folder: Path | None,
) -> Windows:
    """Windows of mixtures of ``clips`` over ``beds``, one mixture for each of them."""
    job = partial(_mixed, beds=beds, recipe=recipe, encoder=encoder, folder=cache_folder)
    return _collected(clips, job, "mixtures")


def acted_windows(
    clips: Sequence[Clip], speed: float, encoder: Path, cache_folder: Path | None
) -> Windows:
    """Windows of acted recordings in a quiet room, at a speed: pitch and tempo together."""
    job = partial(_acted, speed=speed, encoder=encoder, folder=cache_folder)
    return _collected(clips, job, f"recordings at {speed}")


def moments(stream: Float, ends: Sequence[int], encoder: WhisperEncoder) -> Half:
    """What is pooled of the windows of ``stream`` that end at ``ends``, (ends, n)."""
    rng = np.random.default_rng(0)
    before = rng.standard_normal(WINDOW).astype(np.float32) * np.float32(10 ** (BEFORE_DB / 20))
    whole = np.concatenate([before, stream])
    return np.array([pooled(encoder, whole[end : end + WINDOW]) for end in ends], np.float16)


def _collected(clips: Sequence[Clip], job: "partial[Windows]", what: str) -> Windows:
    parts = [(start, clips[start : start + PART]) for start in range(0, len(clips), PART)]
    with pool() as workers:
        made = list(tqdm(workers.map(job, parts), total=len(parts), desc=what))
    return Windows(
        np.concatenate([one.of for one in made]),
        np.concatenate([one.figures for one in made]),
        np.concatenate([one.corpora for one in made]),
    )


def _mixed(
    job: tuple[int, Sequence[Clip]],
    beds: Sequence[Clip],
    recipe: VoiceRecipe,
    encoder: Path,
    folder: Path | None,
) -> Windows:
    first, clips = job
    kept = _kept(folder, "mixed", encoder, [recipe.seed, recipe.moments, first], clips)
    if kept is not None and kept.is_file():
        return _read(kept)
    of, figures, corpora = [], [], []
    for number, clip in enumerate(clips, start=first):
        rng = np.random.default_rng((recipe.seed, number))
        settings = SETTINGS[int(rng.integers(len(SETTINGS)))]
        mixture = mix(rng, clip, beds, _rooms(), settings)
        low = mixture.onset + int(HEARD_S[0] * SAMPLE_RATE)
        high = min(mixture.offset + int(HEARD_S[1] * SAMPLE_RATE), len(mixture.samples))
        low = min(low, high)
        ends = rng.integers(low, high + 1, recipe.moments).tolist()
        figures.append(moments(mixture.samples, ends, _encoder(encoder)))
        of += [number] * len(ends)
        corpora += [JOINED.join(sorted(mixture.corpora))] * len(ends)
    windows = Windows(np.array(of, np.intp), np.concatenate(figures), np.array(corpora))
    return _written(kept, windows)


def _acted(
    job: tuple[int, Sequence[Clip]], speed: float, encoder: Path, folder: Path | None
) -> Windows:
    first, clips = job
    kept = _kept(folder, "acted", encoder, [speed, first], clips)
    if kept is not None and kept.is_file():
        return _read(kept)
    of, figures, corpora = [], [], []
    for number, clip in enumerate(clips, start=first):
        samples = clip.read()
        if speed != 1.0:
            samples = soxr.resample(samples, SAMPLE_RATE * speed, SAMPLE_RATE, quality="MQ")
        stream = in_room(samples, number)
        ends = asked(stream)
        figures.append(moments(stream, ends, _encoder(encoder)))
        of += [number] * len(ends)
        corpora += [clip.corpus] * len(ends)
    windows = Windows(np.array(of, np.intp), np.concatenate(figures), np.array(corpora))
    return _written(kept, windows)


def asked(stream: Float) -> list[int]:
    """Where windows end at which the second ear would be asked: every half second of open gate."""
    gate = Gate(_gate_settings())
    hops = stream[: len(stream) // HOP * HOP].reshape(-1, HOP)
    is_open = np.array([gate.step(hop) for hop in hops])
    opened = np.flatnonzero(np.diff(is_open, prepend=False, append=False)).reshape(-1, 2) * HOP
    ends = [end for first, last in opened for end in range(first + EVERY, last + 1, EVERY)]
    return ends[:MOST_ACTED] or [len(hops) * HOP]


def _kept(
    folder: Path | None, what: str, encoder: Path, decisive: list[float], clips: Sequence[Clip]
) -> Path | None:
    if folder is None:
        return None
    identity = [what, KEPT_AS, encoder.stat().st_size, decisive, [clip.file for clip in clips]]
    name = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:20]
    return folder / f"voice-{name}.npz"


def _read(kept: Path) -> Windows:
    with reading(kept) as stored:
        return Windows(*of_one_length(stored, "of", "figures", "corpora"))


def _written(kept: Path | None, made: Windows) -> Windows:
    if kept is not None:
        keep(kept, of=made.of, figures=made.figures, corpora=made.corpora)
    return made


@cache
def _gate_settings() -> GateSettings:
    return gate_settings(weights.load())


@cache
def _rooms() -> list[Float]:
    return draw_rooms(ROOM_SEED, ROOMS)


@cache
def _encoder(path: Path) -> WhisperEncoder:
    return WhisperEncoder(path)
