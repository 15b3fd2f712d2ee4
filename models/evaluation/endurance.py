"""Whether six hours of an open gate change what is heard afterwards.

One ear hears six hours of speech, music and noise without its gate ever closing, so that the
network's state is never reset; then both it and a fresh ear hear the same scene of screams and
ordinary sounds. Recall and false alarms may differ by two points. What has been heard is a whole
number of seconds, so that windows of sound events lie alike in the scene for both: 10 ms of
difference there already change four screams of a hundred, for a fresh ear too.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.data.corpora import Clip, read_all
from models.data.splits import split
from models.ear import Ear
from models.evaluation.floor import in_room, is_ordinary, is_scream
from models.features.constants import HOP, HOPS_PER_SECOND, SAMPLE_RATE

Float = NDArray[np.float32]

HOURS = 6.0
SCREAMS, ORDINARY = 100, 200
ORDINARY_S = 8.0
THRESHOLD = 0.6  # of the calibrated probability
SUSTAINED_HOPS = 20
ROOM = 1e-3  # rms of the noise with which the last second is filled


def _filler(clips: list[Clip], seconds: float) -> list[Float]:
    """Recordings of the training fold, enough for ``seconds``; in all, whole seconds of hops."""
    rng = np.random.default_rng(2)
    usable = [c for c in clips if c.corpus in {"librispeech", "music", "us8k", "nemo"}]
    found: list[Float] = []
    length = 0.0
    while length < seconds:
        found.append(usable[int(rng.integers(len(usable)))].read())
        length += len(found[-1]) / SAMPLE_RATE
    hops = sum(len(one) // HOP for one in found)
    rest = rng.standard_normal(-hops % HOPS_PER_SECOND * HOP).astype(np.float32)
    return [*found, rest * np.float32(ROOM)]


def _fires(ear: Ear, stream: Float) -> bool:
    run = best = 0
    for hop in stream[: len(stream) // HOP * HOP].reshape(-1, HOP):
        ear.step(hop)
        run = run + 1 if ear.distress >= THRESHOLD else 0
        best = max(best, run)
    return best >= SUSTAINED_HOPS


def _scene(clips: list[Clip]) -> list[tuple[bool, Float]]:
    rng = np.random.default_rng(4)
    screams = [c for c in clips if is_scream(c)]
    ordinary = [c for c in clips if is_ordinary(c)]
    rng.shuffle(screams)
    rng.shuffle(ordinary)
    longest = int(ORDINARY_S * SAMPLE_RATE)
    scene = [(True, in_room(c.read(), i)) for i, c in enumerate(screams[:SCREAMS])]
    scene += [(False, in_room(c.read()[:longest], i)) for i, c in enumerate(ordinary[:ORDINARY])]
    order = rng.permutation(len(scene))
    return [scene[i] for i in order]


def measure(data: Path, make_ear: Callable[[], Ear], hours: float = HOURS) -> dict[str, float]:
    """Recall and false alarms on the scene, fresh and after ``hours``.

    Args:
        data: the data root.
        make_ear: an ear whose gate never closes once it is open.
        hours: how long one of them listens before the scene.
    """
    folds = split(read_all(data))
    scene = _scene(folds["test"])
    tired, fresh = make_ear(), make_ear()
    open_hops = hops = 0
    filler = _filler(folds["train"], hours * 3600)
    for samples in tqdm(filler, desc=f"{hours:g} hours"):
        for hop in samples[: len(samples) // HOP * HOP].reshape(-1, HOP):
            tired.step(hop)
            open_hops += tired.is_open
            hops += 1
    figures = {
        "hours_open": round(open_hops / HOPS_PER_SECOND / 3600, 3),
        "open_share": round(open_hops / hops, 5),
    }
    for name, ear in (("fresh", fresh), ("tired", tired)):
        fired = [(truth, _fires(ear, stream)) for truth, stream in scene]
        hits = [hit for truth, hit in fired if truth]
        alarms = [hit for truth, hit in fired if not truth]
        figures[f"recall_{name}"] = round(float(np.mean(hits)), 4)
        figures[f"false_alarms_{name}"] = round(float(np.mean(alarms)), 4)
    return figures
