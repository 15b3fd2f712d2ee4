"""The second ear by itself, before the suites ``ravdess`` and ``clips``.

In the daemon it is asked only about what the first ear suspects, and decides nothing alone; here
it is asked about everything, so that what its heads know can be seen.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from models.calibration import probability
from models.catalogue import WHISPER
from models.data.corpora import Clip
from models.evaluation.clips.hearing import PART, Scored, cut
from models.networks import weights
from models.networks.voice import DistressHead, EmotionHead
from models.networks.whisper_encoder import WhisperEncoder
from models.parallel import pool
from models.registry import find
from models.training.voice.train import Acted
from models.training.voice.windows import EVERY, moments


class SecondEar:
    """Hears recordings window by window, by the weights of a path.

    Args:
        cache: folder in which what the encoder makes of acted recordings is kept, or looked up.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    def whole(self, _network: str, path: Path, clips: Sequence[Clip]) -> list[Scored]:
        """Each of ``clips`` in a quiet room; nothing is said of distress."""
        found = Acted(clips, (1.0,), self._cache).posteriors(clips, EmotionHead(weights.load(path)))
        return [
            Scored(clip, 0.0, 0.0, tuple(float(p) for p in posterior))
            for clip, posterior in zip(clips, found, strict=True)
        ]

    def cut(self, path: Path, clips: Sequence[Clip]) -> list[Scored]:
        """Each of ``clips``, cut and in noise: the highest probability over its windows.

        A window ends every half second of it, and where it ends. Nothing is said of infants and
        emotions.
        """
        parts = [clips[start : start + PART] for start in range(0, len(clips), PART)]
        job = partial(_cut, weights_path=path, encoder=find(WHISPER))
        with pool() as workers:
            heard = tqdm(workers.map(job, parts), total=len(parts), desc="windows")
            return [row for part in heard for row in part]


def _cut(clips: Sequence[Clip], weights_path: Path, encoder: Path) -> list[Scored]:
    head, hears = DistressHead(weights.load(weights_path)), WhisperEncoder(encoder)
    scored = []
    for clip in clips:
        stream, onset = cut(clip)
        ends = [*range(onset + EVERY, len(stream), EVERY), len(stream)]
        log_odds = float(head(moments(stream, ends, hears).astype(np.float32)).max())
        scored.append(Scored(clip, probability(log_odds), 0.0, None))
    return scored
