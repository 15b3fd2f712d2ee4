"""What the utterance network's encoder makes of recordings, kept for the next time.

Hearing a corpus takes minutes and fitting a head seconds, so that with a cache folder each view
of each corpus is heard once. A cache belongs to the encoder and the view; nothing of it is in the
repository.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.data.corpora import Clip
from models.evaluation.clips.hearing import cut
from models.features.constants import SAMPLE_RATE
from models.networks.utterance import pooled
from models.networks.whisper_encoder import WhisperEncoder
from models.parallel import pool
from models.training.kept import keep, reading

Float = NDArray[np.float32]

PRE_ROLL: Final = int(0.3 * SAMPLE_RATE)
PART: Final = 40  # clips that a process takes at a time
VERSION: Final = 1  # of what is kept; raise it when ``pooled`` or ``cut`` give something else

AS_RECORDED: Final = ("plain", 1.0)
CUT: Final = ("cut", 1.0)
"""A random part of 1–3 s at a random level in noise, as the suite ``clips`` lets it be heard."""

View = tuple[str, float]
"""``plain`` or ``cut``, and the speed."""


def utterance_of(clip: Clip, view: str) -> Float:
    """The samples of ``clip`` as a closed utterance would hold them."""
    if view == "plain":
        return clip.read()
    stream, onset = cut(clip)
    return stream[max(0, onset - PRE_ROLL) :]


def hear_pooled(
    clips: Sequence[Clip], view: View, encoder: Path, cache: Path | None = None
) -> Float:
    """What was pooled of every clip, (clips, 2, layers, channels).

    Args:
        clips: what to hear.
        view: how.
        encoder: the ``model.bin``.
        cache: folder in which it is kept, or looked up.

    Raises:
        DataError: a recording, or what was kept, cannot be read.
    """
    found: dict[str, Float] = {}
    by_corpus: dict[str, list[Clip]] = {}
    for clip in clips:
        by_corpus.setdefault(clip.corpus, []).append(clip)
    for corpus, mine in by_corpus.items():
        kept = _kept(cache, corpus, view, encoder)
        known = _read(kept)
        new = [clip for clip in mine if clip.file not in known]
        if new:
            known |= _hear(new, view, encoder)
            if kept is not None:
                _write(kept, known)
        found |= {clip.file: known[clip.file] for clip in mine}
    return np.stack([found[clip.file] for clip in clips])


def _hear(clips: Sequence[Clip], view: View, encoder: Path) -> dict[str, Float]:
    jobs = [clips[start : start + PART] for start in range(0, len(clips), PART)]
    heard: dict[str, Float] = {}
    with pool() as workers:
        parts = workers.map(partial(_part, view=view, encoder=encoder), jobs)
        name = f"{clips[0].corpus}, {view[0]} at {view[1]}"
        for part in tqdm(parts, total=len(jobs), desc=name):
            heard |= part
    return heard


_encoders: dict[Path, WhisperEncoder] = {}  # of this process: reading one takes a second


def _part(clips: Sequence[Clip], view: View, encoder: Path) -> dict[str, Float]:
    if encoder not in _encoders:
        _encoders[encoder] = WhisperEncoder(encoder)
    name, speed = view
    return {c.file: pooled(_encoders[encoder], utterance_of(c, name), speed) for c in clips}


def _kept(cache: Path | None, corpus: str, view: View, encoder: Path) -> Path | None:
    if cache is None:
        return None
    identity = f"{VERSION} {encoder.parent.name} {encoder.stat().st_size} {view}"
    return cache / f"{corpus}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}.npz"


def _read(kept: Path | None) -> dict[str, Float]:
    if kept is None or not kept.is_file():
        return {}
    with reading(kept) as stored:
        return dict(zip(stored["files"].tolist(), stored["pooled"], strict=True))


def _write(kept: Path, known: dict[str, Float]) -> None:
    keep(kept, files=np.array(list(known)), pooled=np.stack(list(known.values())))
