"""Whether the corpora under a data root are fit to train and measure with, as a report."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from models.data.corpora import Clip, corpora_in, read_corpus
from models.data.inspection import ERRORS, Inspection, inspect
from models.data.labels import EMOTION_LABELS
from models.data.manifest import read_manifest
from models.data.splits import Fold, split
from models.data.voice import voice_detector
from models.parallel import pool

SHOWN: Final = 5  # files of a kind that the report names
PART: Final = 100  # clips that a process takes at a time
LEAK: Final = "in_another_fold"  # what is learned from is judged by as well
UNFIT: Final = ERRORS | {LEAK}
IMBALANCE: Final = 5.0  # between the most and the least frequent emotion of an acted corpus


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """One corpus, as it was found.

    Attributes:
        problems: by kind, the files and a word on each.
        duplicates: files with the same samples, in sets.
        labels: clips of each label.
        verdicts: clips of each verdict.
    """

    corpus: str
    clips: int
    minutes: float
    groups: int
    labels: dict[str, int]
    verdicts: dict[str, int]
    problems: dict[str, list[tuple[str, str]]]
    duplicates: list[list[str]]

    @property
    def fit(self) -> bool:
        """Whether nothing is wrong that would spoil a figure."""
        return not UNFIT & set(self.problems)

    @property
    def imbalance(self) -> float:
        """How many clips the most frequent emotion has for one of the least frequent."""
        counts = [count for label, count in self.labels.items() if label in EMOTION_LABELS]
        return max(counts) / min(counts) if counts else 1.0

    def stored(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "corpus": self.corpus,
            "fit": self.fit,
            "clips": self.clips,
            "minutes": round(self.minutes, 1),
            "groups": self.groups,
            "labels": self.labels,
            "verdicts": self.verdicts,
            "imbalance": round(self.imbalance, 1),
            "problems": {k: [list(one) for one in found] for k, found in self.problems.items()},
            "duplicates": self.duplicates,
        }

    def sentences(self) -> list[str]:
        """For people: what there is, then a line for each thing that is wrong."""
        head = (
            f"{self.corpus}: {self.clips} recordings, {self.minutes:.0f} minutes,"
            f" {self.groups} groups; "
            + ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts.items())
        )
        lines = [head]
        for kind, found in self.problems.items():
            mark = "wrong" if kind in UNFIT else "note"
            lines.append(f"  {mark}: {len(found)} {kind.replace('_', ' ')}")
            lines += [f"    {file}: {detail}" for file, detail in found[:SHOWN]]
            if len(found) > SHOWN:
                lines.append(f"    and {len(found) - SHOWN} more")
        lines += [f"  note: the same audio: {' = '.join(files)}" for files in self.duplicates]
        if self.imbalance >= IMBALANCE:
            lines.append(f"  note: {self.imbalance:.0f} times as many of one emotion as of another")
        return lines


def _inspect(job: tuple[list[Clip], bool]) -> list[Inspection]:
    clips, voice = job
    detector = voice_detector() if voice else None
    return [inspect(clip, detector) for clip in clips]


def report(
    clips: Sequence[Clip],
    found: Sequence[Inspection],
    folds: Mapping[Fold, Sequence[Clip]] | None = None,
) -> list[CorpusReport]:
    """Inspections by corpus, in the order in which the corpora come.

    Args:
        clips: the recordings.
        found: what was found of each.
        folds: the split that they are to be trained and measured by; None for that by groups.
    """
    sides = {
        clip.file: fold for fold, members in (folds or split(clips)).items() for clip in members
    }
    same: dict[str, list[Clip]] = defaultdict(list)
    for clip, one in zip(clips, found, strict=True):
        if one.digest:
            same[one.digest].append(clip)
    leaks = _leaks(list(same.values()), sides)
    reports = []
    for corpus in dict.fromkeys(clip.corpus for clip in clips):
        mine = [(c, f) for c, f in zip(clips, found, strict=True) if c.corpus == corpus]
        problems: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for clip, one in mine:
            for problem, detail in zip(one.problems, one.detail, strict=True):
                problems[problem].append((clip.file, detail))
            if clip.file in leaks:
                problems[LEAK].append((clip.file, leaks[clip.file]))
        reports.append(
            CorpusReport(
                corpus=corpus,
                clips=len(mine),
                minutes=sum(c.duration_s for c, _ in mine) / 60,
                groups=len({c.group for c, _ in mine}),
                labels=dict(Counter(c.label for c, _ in mine).most_common()),
                verdicts=dict(Counter(c.meaning.verdict for c, _ in mine).most_common()),
                problems=dict(problems),
                duplicates=[
                    [clip.file for clip in files]
                    for files in same.values()
                    if len(files) > 1 and files[0].corpus == corpus
                ],
            )
        )
    return reports


def _leaks(same: Sequence[Sequence[Clip]], sides: Mapping[str, Fold]) -> dict[str, str]:
    """By file, where else a recording is that lies in more than one fold."""
    leaks = {}
    for clips in same:
        for clip in clips:
            side = sides[clip.file]
            other = next((one for one in clips if sides[one.file] != side), None)
            if other is not None:
                leaks[clip.file] = f"{side}; the same is in {sides[other.file]} as {other.file}"
    return leaks


def validate(
    root: Path,
    corpora: Sequence[str] = (),
    *,
    voice: bool = False,
    manifest: Path | None = None,
) -> list[CorpusReport]:
    """Read every recording under ``root``, on every core.

    Args:
        root: the data root.
        corpora: those to look at; all that are there if empty.
        voice: whether to look for voice where a corpus claims speech, or its absence.
        manifest: a table of the recordings to look at in their folds, in place of ``corpora``.

    Raises:
        DataError: if a corpus is missing or empty, has a label that nobody knows, or a group is
            on both sides of the split.
        ModelError: if voice is asked for and its detector is not installed.
    """
    if voice:
        voice_detector()
    if manifest is None:
        clips = [c for corpus in corpora or corpora_in(root) for c in read_corpus(root, corpus)]
        folds = split(clips)
    else:
        folds = read_manifest(manifest, root)
        clips = [clip for members in folds.values() for clip in members]
    jobs = [(clips[start : start + PART], voice) for start in range(0, len(clips), PART)]
    found: list[Inspection] = []
    with pool() as workers:
        for part in tqdm(workers.map(_inspect, jobs), total=len(jobs), desc="reading"):
            found += part
    return report(clips, found, folds)
