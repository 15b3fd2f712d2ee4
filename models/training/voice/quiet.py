"""What the second ear is asked about in a quiet room: voices that are near, and nothing else.

In scenes voices are far and among others. Calm and happy ones that are near and clear are asked
about, too, and a head that never learned from them wakes the house for talk.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from tqdm import tqdm

from models.data.corpora import Clip
from models.errors import DataError
from models.evaluation.floor import in_room
from models.evaluation.scenes.alone import ACTED, THINGS, VOICES
from models.evaluation.scenes.material import background_kind, event_kind
from models.features.constants import SAMPLE_RATE
from models.networks.whisper_encoder import WhisperEncoder
from models.parallel import pool
from models.training.student.views import kind_of
from models.training.voice.asked import (
    Asked,
    first_ear,
    identity,
    joined,
    read_asked,
    suspicious,
    written,
)
from models.training.voice.recipe import VoiceRecipe
from models.training.voice.windows import Windows, moments

STREAM: Final = 30  # recordings, one after the other
HEARD_S: Final = (0.5, 0.3)  # a window ends so long after a recording's room begins, after its end


def quiet_windows(
    clips: Sequence[Clip], recipe: VoiceRecipe, encoder: Path, cache_folder: Path | None
) -> Asked:
    """What the first ear that ships asks about where nothing but one of ``clips`` is heard.

    Args:
        clips: of the training fold.
        recipe: how many of each sort: calm and happy voices, everyday sounds, fear and anger.
        encoder: Whisper's.
        cache_folder: in which what was heard is kept, or looked up.

    Raises:
        ModelError: YAMNet or the student, which suspect, cannot be had.
        DataError: a recording cannot be read, or nothing is suspicious.
    """
    first_ear()  # better to miss a file now
    rng = np.random.default_rng(recipe.seed)
    streams: list[Sequence[Clip]] = []
    for sort in _sorts(clips):
        drawn = [sort[i] for i in rng.permutation(len(sort))[: recipe.quiet_recordings]]
        streams += [drawn[i : i + STREAM] for i in range(0, len(drawn), STREAM)]
    job = partial(_asked, encoder=encoder, folder=cache_folder)
    with pool() as workers:
        heard = tqdm(workers.map(job, streams), total=len(streams), desc="quiet rooms")
        made = [one for one in heard if len(one.kinds)]
    if not made:
        raise DataError(
            "The first ear asks about nothing in quiet rooms.",
            "Give it more recordings, or leave `quiet` out of the recipe.",
        )
    return joined(made)


def _sorts(clips: Sequence[Clip]) -> list[list[Clip]]:
    background = [(clip, background_kind(clip)) for clip in clips]
    return [
        [clip for clip, kind in background if kind in VOICES],
        [clip for clip, kind in background if kind in THINGS],
        [clip for clip in clips if event_kind(clip) in ACTED],
    ]


def _asked(clips: Sequence[Clip], encoder: Path, folder: Path | None) -> Asked:
    files = [clip.file for clip in clips]
    kept = None if folder is None else folder / f"quiet-{identity(encoder, HEARD_S, files)}.npz"
    if kept is not None and kept.is_file():
        return read_asked(kept)
    heard = [in_room(clip.read(), number) for number, clip in enumerate(clips)]
    bounds = np.cumsum([0, *map(len, heard)])
    stream = np.concatenate(heard)
    low, high = (round(seconds * SAMPLE_RATE) for seconds in HEARD_S)
    ends, of = [], []
    for end in suspicious(first_ear(), stream):
        place = int(np.searchsorted(bounds, end - high, side="left")) - 1
        if place >= 0 and end >= bounds[place] + low:
            ends.append(end)
            of.append(clips[place])
    windows = Windows(
        np.zeros(len(ends), np.intp),
        moments(stream, ends, WhisperEncoder(encoder)),
        np.array([clip.corpus for clip in of], np.str_),
    )
    kinds = np.array([kind_of(clip) for clip in of], np.intp)
    return written(kept, Asked(windows, kinds, np.zeros(len(of), np.bool_)))
