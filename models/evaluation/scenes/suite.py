"""``distressd evaluate --suite scenes``: material, script, mixing, listening, figures."""

from pathlib import Path
from typing import Any

from tqdm import tqdm

from models.data.corpora import corpora_in, read_corpus
from models.data.splits import Fold
from models.evaluation.floor import Replay
from models.evaluation.scenes.alerts import Listen
from models.evaluation.scenes.alone import RECORDINGS, alone, drawn
from models.evaluation.scenes.figures import THRESHOLDS, figures
from models.evaluation.scenes.foreground import foreground
from models.evaluation.scenes.material import Material, material
from models.evaluation.scenes.script import (
    FULL,
    QUICK,
    Amount,
    missing_backgrounds,
    write,
    write_foreground,
)


def found_in(data: Path, fold: Fold) -> Material:
    """What the corpora under ``data``, one's own included, have for scenes of ``fold``."""
    clips = [clip for corpus in corpora_in(data) for clip in read_corpus(data, corpus)]
    return material(clips, fold)


def measure(
    data: Path, fold: Fold, listen: Listen, replay: Replay, *, quick: bool = False
) -> dict[str, Any]:
    """The figures of ``fold``'s scenes, and of its recordings alone.

    Args:
        data: the data root.
        fold: development sources to choose by, test sources to report, once.
        listen: the daemon's hearing of scenes.
        replay: its hearing of streams.
        quick: a tenth of everything.

    Raises:
        DataError: if the corpora cannot be read, or have nothing to mix scenes of.
    """
    found = found_in(data, fold)
    amount: Amount = QUICK if quick else FULL
    scenes, aside = list(write(found, fold, amount)), list(write_foreground(found, fold, amount))
    every = [*scenes, *aside]
    heard = list(tqdm(listen(every, THRESHOLDS), total=len(every), desc="scenes"))
    recordings = drawn(found, RECORDINGS // 10 if quick else RECORDINGS)
    about = {
        "alone": alone(recordings, replay),
        "foreground": foreground(heard[len(scenes) :]),
        "fold": fold,
        "scenes": len(scenes),
        "missing_backgrounds": missing_backgrounds(found),
    }
    return figures(heard[: len(scenes)]) | about
