"""Fits the calibration of an ear on development recordings, and writes it into the weights.

Every clip is heard as the daemon would hear it: seconds of background, the clip at a random
level, a moment of background. Every 100 ms gives one row of figures; rows while a clip sounds
carry its verdict, rows of background carry "none", and rows just after a clip are left out
because the window still holds it. Rows are weighted so that the outcomes have the shares of
``SHARES``: the probabilities are calibrated for that mixture.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from models import registry
from models.calibration import FEATURES, OUTCOMES, SOUND_FEATURES, VOICE_FEATURES, Calibration
from models.data.corpora import Clip
from models.data.splits import split
from models.ear.by_frames import EVENT_HOPS
from models.ear.make import make_ear
from models.features.constants import HOP, SAMPLE_RATE
from models.networks import weights
from models.parallel import pool
from models.sounds.yamnet import Yamnet
from models.training.streams import StreamSettings, put_in_background

Float = NDArray[np.float32]
Row = tuple[str, str, Float]  # outcome, corpus/label, figures

SHARES = {"none": 0.70, "distress": 0.20, "infant": 0.10}
# The sound events never learned from these corpora, so both folds serve; the network did, so that
# its own calibration sees the development fold only. Acted speech says nothing of sound events.
SOUND_CORPORA = ("debian_voices", "donateacry", "esc10", "us8k", "music", "librispeech")
SHOUTED = "shouted_speech"  # is speech to the sound events, and for the voice to tell
SETTINGS = StreamSettings(background_s=(2.5, 3.5), speed=(1.0, 1.0))
WARM_S = 0.3  # after its onset
TAIL_S = 1.0
EFFECTIVE_ROWS = 1_000  # neighbouring moments of one clip are nearly the same
NEVER = -20.0  # log-odds of an outcome that the rows do not have
REGULARISATION = 1.0  # inverse


def untaught() -> dict[str, object]:
    """A calibration that says nothing, so that an ear can run before it has one."""
    zeros = Calibration.over(("odds",), np.zeros((2, 1)), np.zeros(2)).stored()
    return {"voice": zeros, "sounds": zeros}


def sound_events() -> Yamnet:
    """What hears sound events while the figures are collected.

    Raises:
        ModelError: YAMNet's files cannot be had.
    """
    return Yamnet(registry.find("yamnet"), registry.find("yamnet-classes"))


def _rows(job: tuple[Path, list[Clip], int]) -> list[Row]:
    """What every 100 ms of the clips sounds like."""
    path, clips, seed = job
    found = weights.load(path)
    found.metadata["calibration"] = untaught()
    yamnet = sound_events()
    rows: list[Row] = []
    for number, clip in enumerate(clips):
        verdict = clip.meaning.verdict
        if verdict == "apart":
            continue
        rng = np.random.default_rng((seed, number))
        stream, onset = put_in_background(rng, clip.read(), SETTINGS)
        offset = len(stream)
        tail = rng.standard_normal(int(TAIL_S * SAMPLE_RATE)).astype(np.float32) * np.float32(1e-4)
        stream = np.concatenate([stream, tail])
        ear = make_ear(found, yamnet)
        for hop in range(len(stream) // HOP):
            ear.step(stream[hop * HOP : (hop + 1) * HOP])
            if (hop + 1) % EVENT_HOPS:
                continue
            sample = (hop + 1) * HOP
            if sample < onset:
                rows.append(("none", "background", ear.features.copy()))
            elif onset + WARM_S * SAMPLE_RATE <= sample <= offset:
                outcome = "none" if verdict == "not_distress" else verdict
                rows.append((outcome, f"{clip.corpus}/{clip.label}", ear.features.copy()))
    return rows


def collect(path: Path, clips: Sequence[Clip], seed: int) -> list[Row]:
    """Rows of all ``clips``, heard on every core."""
    order = np.random.default_rng(seed).permutation(len(clips))
    parts = [[clips[i] for i in order[start::64]] for start in range(64)]
    jobs = [(path, part, seed + number) for number, part in enumerate(parts)]
    rows: list[Row] = []
    with pool() as workers:
        for made in tqdm(workers.map(_rows, jobs), total=len(jobs), desc="hearing"):
            rows += made
    return rows


def row_weights(outcomes: Sequence[str], corpora: Sequence[str]) -> NDArray[np.float64]:
    """Each outcome gets its share, spread over its labels by the root of their rows."""
    keys = list(zip(outcomes, corpora, strict=True))
    counts = {key: keys.count(key) for key in set(keys)}
    roots: dict[str, float] = {}
    for (outcome, _), count in counts.items():
        roots[outcome] = roots.get(outcome, 0.0) + count**0.5
    return np.array([SHARES[o] / roots[o] / counts[(o, c)] ** 0.5 for o, c in keys])


def fit(rows: Sequence[Row], names: Sequence[str]) -> Calibration:
    """Softmax regression over the named figures; an outcome without rows never comes."""
    index = [FEATURES.index(name) for name in names]
    x = np.array([figures[index] for _, _, figures in rows], np.float64)
    outcomes = [outcome for outcome, _, _ in rows]
    weight = row_weights(outcomes, [corpus for _, corpus, _ in rows])
    scale = x.std(axis=0) + 1e-9
    model = LogisticRegression(C=REGULARISATION, max_iter=2000)
    model.fit(x / scale, outcomes, sample_weight=weight * EFFECTIVE_ROWS / weight.sum())
    score = {outcome: np.zeros(len(names)) for outcome in OUTCOMES}
    bias = {"none": 0.0, "distress": NEVER, "infant": NEVER}
    if len(model.classes_) == 2:  # noqa: PLR2004 - scikit-learn then gives the second's odds only
        score[model.classes_[0]], bias[model.classes_[0]] = -model.coef_[0], -model.intercept_[0]
        score[model.classes_[1]], bias[model.classes_[1]] = 0 * model.coef_[0], 0.0
    else:
        score |= dict(zip(model.classes_, model.coef_, strict=True))
        bias |= dict(zip(model.classes_, model.intercept_, strict=True))
    rest = OUTCOMES[1:]
    return Calibration.over(
        names,
        np.array([(score[o] - score["none"]) / scale for o in rest]),
        np.array([bias[o] - bias["none"] for o in rest]),
    )


def voice_rows(rows: Sequence[Row]) -> list[Row]:
    """Moments with an open gate; an infant's cry is no distress that a voice tells of."""
    gate = FEATURES.index("gate")
    return [("none" if o == "infant" else o, c, f) for o, c, f in rows if f[gate] > 0]


def calibrate(clips: Sequence[Clip], path: Path, out: Path, seed: int = 11) -> None:
    """Fit both calibrations of the network at ``path``, and write it with them to ``out``.

    Raises:
        ModelError: the network, or YAMNet, cannot be had.
        DataError: a recording cannot be read.
    """
    folds = split(clips)
    voice = collect(path, folds["dev"], seed)
    both = [
        clip
        for clip in (*folds["train"], *folds["dev"])
        if clip.corpus in SOUND_CORPORA and clip.label != SHOUTED
    ]
    sounds = collect(path, both, seed)
    found = weights.load(path)
    found.metadata["calibration"] = {
        "voice": fit(voice_rows(voice), VOICE_FEATURES).stored(),
        "sounds": fit(sounds, SOUND_FEATURES).stored(),
        "shares": SHARES,
    }
    weights.save(out, found.tensors, found.metadata)
