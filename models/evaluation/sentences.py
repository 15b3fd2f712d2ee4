"""The sentences written for this project: by topic, each topic in one split only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Split = Literal["tune", "test"]
FILE: Final = Path(__file__).with_suffix(".txt")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; ``hard``: no distress, in words that sound like it."""

    text: str
    topic: str
    split: Split
    distress: bool
    hard: bool


def read_sentences(split: Split | None = None) -> list[Sentence]:
    """Those of ``split``, or all."""
    found: list[Sentence] = []
    heading: tuple[str, Split, str] | None = None
    for line in FILE.read_text(encoding="utf-8").splitlines():
        parts = [part.strip() for part in line.removeprefix("#").split("|")]
        if line.startswith("#"):
            if len(parts) == 3 and parts[1] in {"tune", "test"}:  # noqa: PLR2004 - as it is written
                heading = (parts[0], "tune" if parts[1] == "tune" else "test", parts[2])
        elif line.strip() and heading is not None:
            topic, fold, label = heading
            found.append(Sentence(line.strip(), topic, fold, label == "distress", label == "hard"))
    return [one for one in found if split in {None, one.split}]
