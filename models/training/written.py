"""The sentences written to learn from: ``models/training/sentences.txt``, by topic."""

from pathlib import Path
from typing import Final

from models.evaluation.sentences import Sentence, read_sentences

FILE: Final = Path(__file__).with_name("sentences.txt")


def written() -> list[Sentence]:
    """All of them, and the tuning topics of the evaluation's."""
    found: list[Sentence] = []
    topic = label = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        parts = [part.strip() for part in line.removeprefix("#").split("|")]
        if line.startswith("#"):
            topic, label = (parts[0], parts[1]) if len(parts) == 2 else ("", "")  # noqa: PLR2004
        elif line.strip() and topic:
            text, distress, hard = line.strip(), label == "distress", label == "hard"
            found.append(Sentence(text, topic, "tune", distress, hard))
    return found + read_sentences("tune")
