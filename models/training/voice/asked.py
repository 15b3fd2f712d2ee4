"""What the second ear is asked about: windows of training scenes that the first suspects.

Mixtures hold a moment of everything; asked about is only what the first ear takes for possible
distress, above all talk, and what the second learns from that is what it is there for. In scenes
everyday sound comes forward as distress does, or whatever rises above its background would be
learned for distress.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.data.corpora import Clip
from models.ear import Ear
from models.ear.make import Both, make_ear
from models.errors import DataError
from models.evaluation.scenes.material import material
from models.evaluation.scenes.mixing import Truth, mix
from models.evaluation.scenes.script import Amount, Scene, write, write_foreground
from models.features.constants import HOP, MOST_HOPS, SAMPLE_RATE
from models.networks import weights
from models.networks.mobilenet import KINDS
from models.networks.voice import EVERY, SUSPECTED, WINDOW
from models.networks.whisper_encoder import WhisperEncoder
from models.parallel import pool
from models.sounds import student
from models.sounds.student import Student
from models.training.calibrate import sound_events
from models.training.kept import keep, of_one_length, reading
from models.training.voice.recipe import FRONT, VoiceRecipe
from models.training.voice.windows import JOINED, Windows, moments

Float = NDArray[np.float32]

HEARD_S: Final = (0.2, 0.8)  # a window is of an event that ends so long after onset, after offset
OVER_S: Final = 2.2  # after an event's offset: until then a window may hold some of it
_KIND: Final = {"scream": "cry", "help": "fear", "fear": "fear", "anger": "anger", "shout": "anger"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Windows that were asked about.

    Attributes:
        windows: ``of`` is the place of their scene, or of what else is heard at once.
        kinds: (windows,) places in KINDS.
        front: (windows,) whether they are of everyday sound that came forward.
    """

    windows: Windows
    kinds: NDArray[np.intp]
    front: NDArray[np.bool_]


def asked_windows(
    clips: Sequence[Clip], recipe: VoiceRecipe, encoder: Path, cache_folder: Path | None
) -> Asked:
    """What the first ear that ships asks about in scenes of the training fold of ``clips``.

    Raises:
        ModelError: YAMNet or the student, which suspect, cannot be had.
        DataError: a recording cannot be read, there is nothing to mix scenes of, or nothing in them
            is suspicious.
    """
    first_ear()  # better to miss a file now
    found = material(clips, "train")
    amount = Amount(recipe.scenes_h, recipe.events, recipe.foreground)
    scenes = [*write(found, "train", amount), *write_foreground(found, "train", amount)]
    job = partial(_asked, encoder=encoder, folder=cache_folder)
    with pool() as workers:
        heard = tqdm(workers.map(job, scenes), total=len(scenes), desc="scenes")
        made = [one for one in heard if len(one.kinds)]  # in a quiet scene nothing may be asked
    if not made:
        raise DataError(
            "The first ear asks about nothing in any scene of the training fold.",
            "Give it more recordings, or leave `scenes` out of the recipe.",
        )
    return joined(made)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned beside mixtures.

    Attributes:
        asked: windows.
        share: of all that is learned.
        shares: of these windows, of each kind and of what came forward; a kind that is not among
            the windows leaves its own to the others.
    """

    asked: Asked
    share: float
    shares: Mapping[str, float]

    def chances(self) -> NDArray[np.float64]:
        """How often each window is learned from, (windows,); their sum is ``share``."""
        asked = self.asked
        names = np.where(asked.front, FRONT, np.array(KINDS)[asked.kinds]).tolist()
        counts = Counter(names)
        each = np.array([self.shares.get(name, 0.0) / counts[name] for name in names])
        return np.asarray(self.share * each / each.sum())


def beside_mixtures(
    mixed: Windows, kinds: NDArray[np.intp], lessons: Sequence[Lesson]
) -> tuple[Windows, NDArray[np.intp], NDArray[np.float64]]:
    """All together: windows, kinds, and each one's chance to be learned from, whose sum is 1.

    Mixtures are as likely as each other.
    """
    rest = 1.0 - sum(lesson.share for lesson in lessons)
    places, first = [mixed.of], mixed.of.max(initial=-1) + 1
    for lesson in lessons:
        places.append(lesson.asked.windows.of + first)
        first = places[-1].max(initial=first - 1) + 1
    heard = [mixed, *(lesson.asked.windows for lesson in lessons)]
    windows = Windows(
        np.concatenate(places),
        np.concatenate([one.figures for one in heard]),
        np.concatenate([one.corpora for one in heard]),
    )
    return (
        windows,
        np.concatenate([kinds, *(lesson.asked.kinds for lesson in lessons)]),
        np.concatenate(
            [np.full(len(kinds), rest / len(kinds)), *(lesson.chances() for lesson in lessons)]
        ),
    )


def suspicious(ear: Ear, stream: Float) -> list[int]:
    """Samples at which the second ear would be asked about ``stream``, (n,) at 16 kHz."""
    ends: list[int] = []
    hops = stream[: len(stream) // HOP * HOP].reshape(-1, HOP)
    for start in range(0, len(hops), MOST_HOPS):
        several = hops[start : start + MOST_HOPS]
        ear.expect(several)
        for number, hop in enumerate(several, start=start + 1):
            ear.step(hop)
            waited = not ends or number * HOP - ends[-1] >= EVERY
            if waited and ear.is_open and ear.distress >= SUSPECTED:
                ends.append(number * HOP)
    return ends


def told(truth: Truth, at_s: float) -> tuple[int, bool] | None:
    """The kind of the window that ends at ``at_s``, and whether something everyday came forward.

    None where it may hold some of an event and is none of it.
    """
    kind, front = "none", False
    if any(k == "infants" and begin <= at_s < end for k, begin, end in truth.stretches):
        kind = "infant"
    for event in truth.events:
        if event.onset_s + HEARD_S[0] <= at_s <= event.offset_s + HEARD_S[1]:
            front = event.kind not in _KIND
            kind = _KIND.get(event.kind, "none")
        elif event.onset_s <= at_s <= event.offset_s + OVER_S and event.kind in _KIND:
            return None
    return KINDS.index(kind), front


def _asked(scene: Scene, encoder: Path, folder: Path | None) -> Asked:
    kept = None if folder is None else folder / f"asked-{_identity(scene, encoder)}.npz"
    if kept is not None and kept.is_file():
        return read_asked(kept)
    stream, truth = mix(scene)
    ends, known = [], []
    for end in suspicious(first_ear(), stream):
        one = told(truth, end / SAMPLE_RATE)
        if one is not None:
            ends.append(end)
            known.append(one)
    windows = Windows(
        np.zeros(len(ends), np.intp),
        moments(stream, ends, WhisperEncoder(encoder)),
        np.array([_heard_in(truth, end / SAMPLE_RATE) for end in ends], np.str_),
    )
    kinds = np.array([kind for kind, _ in known], np.intp)
    return written(kept, Asked(windows, kinds, np.array([front for _, front in known], np.bool_)))


def joined(made: Sequence[Asked]) -> Asked:
    """All together, the places of their windows one after the other."""
    return Asked(
        Windows(
            np.repeat(np.arange(len(made)), [len(one.kinds) for one in made]),
            np.concatenate([one.windows.figures for one in made]),
            np.concatenate([one.windows.corpora for one in made]),
        ),
        np.concatenate([one.kinds for one in made]),
        np.concatenate([one.front for one in made]),
    )


def read_asked(kept: Path) -> Asked:
    """What was :func:`written`.

    Raises:
        DataError: it cannot be read.
    """
    with reading(kept) as stored:
        names = "figures", "corpora", "kinds", "front"
        figures, corpora, kinds, front = of_one_length(stored, *names)
        return Asked(Windows(np.zeros(len(kinds), np.intp), figures, corpora), kinds, front)


def written(kept: Path | None, made: Asked) -> Asked:
    """``made``, which is kept where there is a file for it."""
    if kept is not None:
        keep(
            kept, figures=made.windows.figures, corpora=made.windows.corpora,
            kinds=made.kinds, front=made.front,
        )  # fmt: skip
    return made


def _heard_in(truth: Truth, at_s: float) -> str:
    """The corpora of all recordings in the window that ends at ``at_s``."""
    begin_s = at_s - WINDOW / SAMPLE_RATE
    files = [one.file for one in truth.background if one.start_s < at_s and one.end_s > begin_s]
    files += [one.file for one in truth.events if one.onset_s < at_s and one.offset_s > begin_s]
    return JOINED.join(sorted({file.split("/")[0] for file in files}))


def first_ear() -> Ear:
    """That which ships: YAMNet and the student.

    Raises:
        ModelError: one of them cannot be had.
    """
    return make_ear(weights.load(), Both(sound_events(), Student(student.load())))


def _identity(scene: Scene, encoder: Path) -> str:
    """Of everything that decides what is asked about in ``scene``, and what is heard of it."""
    events = [(p.kind, p.clip.file, p.start_s, p.snr_db) for p in scene.events]
    stretches = [
        (s.kind, s.start_s, s.seconds, s.level_db, [c.file for c in (*s.clips, *s.under)])
        for s in scene.stretches
    ]
    rules = HEARD_S, OVER_S
    return identity(encoder, rules, scene.seed, scene.room_db, events, stretches)


def identity(encoder: Path, *heard: object) -> str:
    """Of what was ``heard``, of the ears that ship and of when they ask: one name for the same."""
    ears = weights.load().sha256, student.load().sha256, encoder.stat().st_size
    return hashlib.sha256(repr((ears, SUSPECTED, EVERY, heard)).encode()).hexdigest()[:20]
