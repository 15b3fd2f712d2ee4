"""Reads every corpus that lies under a data root.

A corpus is a folder. Where it has a ``labels.csv`` that table is read: ``file`` and ``label``,
and as far as known ``speaker``, ``session``, ``environment``, ``dur``; one's own recordings are
described so, and may be split by hand in a column ``fold``. Otherwise the folder's name says
whose file names it holds (``models.data.schemes``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.data.labels import Meaning, meaning
from models.data.overlooked import is_corpus, overlooked, spelling_of
from models.data.schemes import AUDIO_SUFFIXES, SCHEMES, Scheme
from models.data.sound import read_native, resampled
from models.data.table import TABLE, rows, seconds
from models.errors import DataError

__all__ = ["AUDIO_CORPORA", "Clip", "DataError", "Fold", "corpora_in", "read_all", "read_corpus"]

Fold = Literal["train", "dev", "test"]

AUDIO_CORPORA = (
    "ravdess", "nemo", "tess", "emospeech_in", "debian_voices", "donateacry",
    "esc10", "us8k", "music", "librispeech", "pico",
)  # fmt: skip
# RAVDESS holds one recording twice; the second copy is left out.
DUPLICATES = frozenset({"ravdess/Actor_07/03-01-03-01-02-02-07.flac"})
# emospeech_in names end in the contributor's hash where the speaker is anonymous.
_CONTRIBUTOR = re.compile(r"-([0-9a-f]{40,64})\.")
# What must not cross a split, the surest first; of a corpus that names none, the whole is one.
_GROUP_COLUMNS = ("speaker", "package", "freesound_id", "session", "date")


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording and what is known of it.

    Attributes:
        corpus: folder of the corpus under the root.
        file: path inside the root.
        label: the corpus's own word.
        environment: emospeech_in's background, empty elsewhere.
        group: what must not cross a split: speaker, contributor, game package or source.
        duration_s: length in seconds.
        keyword: the word that is spoken, where the corpus is one of words.
        fold: where its group was put by hand; None where the group alone decides.
    """

    root: Path
    corpus: str
    file: str
    label: str
    environment: str
    group: str
    duration_s: float
    keyword: str = ""
    fold: Fold | None = None

    @property
    def meaning(self) -> Meaning:
        """What the label stands for."""
        return meaning(self.corpus, self.label, self.environment)

    def read(self) -> NDArray[np.float32]:
        """Samples at 16 kHz, (n,) float32: the mean of the channels, whatever rate the file has.

        Raises:
            DataError: if the file cannot be decoded.
        """
        return resampled(*read_native(self.root / self.file))


def read_corpus(root: Path, corpus: str) -> Iterator[Clip]:
    """The clips of one corpus, in the order of its ``labels.csv``, else of its file names.

    Raises:
        DataError: if the corpus is missing or empty, or says of a file what nobody understands.
    """
    folder = root / corpus
    table, scheme = folder / TABLE, SCHEMES.get(corpus)
    if table.is_file():
        clips: Iterable[Clip] = _by_table(root, corpus, table)
    elif scheme is not None and folder.is_dir():
        clips = _by_names(root, scheme)
    else:
        meant = spelling_of(corpus)
        raise DataError(
            f"{table} is missing.",
            f"A folder named {meant} is read without."
            if meant and meant != corpus and folder.is_dir()
            else "Name the folder that holds the corpora: --data.",
        )
    empty = True
    for clip in clips:
        empty = False
        if clip.file not in DUPLICATES:
            yield clip
    if empty:
        raise DataError(f"{folder} holds no recording.", "Fetch the corpus, or remove its folder.")


def read_all(root: Path, also: Sequence[str] = ()) -> list[Clip]:
    """Every clip of every corpus that the shipped figures are made with, then of ``also``.

    Raises:
        DataError: if one of them is missing, empty or cannot be understood.
    """
    corpora = dict.fromkeys((*AUDIO_CORPORA, *also))
    return [clip for corpus in corpora for clip in read_corpus(root, corpus)]


def corpora_in(root: Path) -> tuple[str, ...]:
    """The corpora that lie under ``root``, one's own included, by name.

    Raises:
        DataError: if there is none.
    """
    found = tuple(folder.name for folder in sorted(root.iterdir()) if is_corpus(folder))
    if not found:
        near = [f"{name}: {why}." for name, why in overlooked(root).items()]
        what = f"A corpus is a folder with a {TABLE}, or one named {', '.join(SCHEMES)}."
        raise DataError(f"No corpus lies in {root}.", " ".join([what, *near]))
    return found


def _by_table(root: Path, corpus: str, table: Path) -> list[Clip]:
    clips = []
    for line, row in rows(table):
        try:
            clips.append(_described(root, corpus, row))
        except DataError as error:
            raise DataError(
                f"{table}, line {line}: {error}", "Correct the line, or take it out."
            ) from error
    folds = {clip.group: clip.fold for clip in clips if clip.fold}
    return [replace(clip, fold=clip.fold or folds.get(clip.group)) for clip in clips]


def _described(root: Path, corpus: str, row: dict[str, str]) -> Clip:
    below = PurePosixPath(row["file"])
    if below.is_absolute() or ".." in below.parts:
        raise DataError(f"{below} is outside the corpus.")
    environment = row.get("environment") or ""
    meaning(corpus, row["label"], environment)  # a label that nobody knows stops here
    file = f"{corpus}/{row['file']}"
    known = row.get("dur")
    duration_s = seconds(known) if known else _duration(root / file)
    return Clip(
        root, corpus, file, row["label"], environment,
        f"{corpus}:{_group(corpus, row)}", duration_s, row.get("keyword") or "",
        _fold(corpus, row.get("fold") or ""),
    )  # fmt: skip


def _fold(corpus: str, written: str) -> Fold | None:
    # Published corpora have folds of their own there, or the figures are made with a fixed split.
    if not written or corpus in SCHEMES or corpus in AUDIO_CORPORA:
        return None
    for fold in get_args(Fold):
        if written == fold:
            return fold  # type: ignore[no-any-return]
    raise DataError(f"fold is {written!r}; it is one of {', '.join(get_args(Fold))}, or empty.")


def _group(corpus: str, row: dict[str, str]) -> str:
    for column in _GROUP_COLUMNS:
        value = row.get(column)
        if value and value != "unknown":
            return value
    contributor = _CONTRIBUTOR.search(row["file"]) if corpus == "emospeech_in" else None
    return contributor[1] if contributor else corpus


def _by_names(root: Path, scheme: Scheme) -> Iterator[Clip]:
    folder = root / scheme.corpus
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in AUDIO_SUFFIXES or path.name.startswith("."):
            continue
        below = path.relative_to(folder).as_posix()
        named = scheme.parse(below, folder)
        yield Clip(
            root, scheme.corpus, f"{scheme.corpus}/{below}", named.label, named.environment,
            f"{scheme.corpus}:{named.group}", _duration(path), named.keyword,
        )  # fmt: skip


def _duration(path: Path) -> float:
    try:
        return float(soundfile.info(path).duration)
    except (OSError, soundfile.LibsndfileError) as error:
        raise DataError(f"{path} cannot be decoded ({error}).", "Fetch it again.") from error
