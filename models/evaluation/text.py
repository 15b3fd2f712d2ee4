"""How well the readers tell words of distress from others, on words that tuning never saw.

The sentences written for this project (test topics), television dialogue (MELD: anger and fear
against neutral and joy) and comments (GoEmotions: fear against neutral): the last two are labels
of feelings, which are not the same as distress.
"""

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from models.evaluation.asr import in_noise, write_down
from models.evaluation.measures import auc
from models.evaluation.sentences import Sentence, read_sentences
from models.evaluation.voices import speak_by_chance
from models.reasoner import Reasoner
from models.transcriber import Transcriber

OTHERS_READ: Final = 300  # of each foreign corpus, every n-th
HEARD: Final[dict[str, int | None]] = {"clean": None, "10 dB": 10}
FALSE_POSITIVES: Final = 0.02
BINS: Final = 10
TEN_WORDS: Final = range(8, 13)
MELD_DISTRESS, MELD_OTHER = frozenset({"anger", "fear"}), frozenset({"neutral", "joy"})
GO_FEAR, GO_NEUTRAL = "14", "27"

T = TypeVar("T")


def measure(
    data: Path,
    reasoner: Reasoner,
    told: Callable[[str], None],
    transcriber: Transcriber | None = None,
) -> dict[str, Any]:
    """The suite's figures.

    Args:
        data: folder of the corpora; those that it lacks are left out.
        reasoner: as the daemon uses it.
        told: progress, for people.
        transcriber: hears the sentences spoken, clean and in noise; None leaves that out.

    Raises:
        DataError: they cannot be spoken, for espeak-ng is missing.
    """
    sentences = read_sentences("test")
    told(f"{len(sentences)} sentences …")
    scores, times = _read([one.text for one in sentences], reasoner)
    figures = own_figures(sentences, scores)
    ten_words = [one for one in sentences if len(one.text.split()) in TEN_WORDS]
    ten = [ms for one, ms in zip(sentences, times, strict=True) if one in ten_words]
    figures["ms_p50"] = round(float(np.median(ten)), 1)
    figures["ms_p95"] = round(float(np.percentile(ten, 95)), 1)
    if reasoner.feeling is not None:
        told("how long the language model alone takes …")
        _, alone = _timed([one.text for one in ten_words], reasoner.feeling)
        figures["language_model_alone"] = {"ms_p50": round(float(np.median(alone)), 1)}
    meaning = Reasoner(None)
    told("by meaning alone …")
    scores, times = _read([one.text for one in sentences], meaning)
    figures["meaning_alone"] = own_figures(sentences, scores) | {
        "ms_p50": round(float(np.median(times)), 1)
    }
    if transcriber is not None:
        figures["as_heard"] = _as_heard(sentences, reasoner, transcriber, told)
    for name, read in (("meld", _meld), ("goemotions", _goemotions)):
        pairs = list(read(data))
        if pairs:
            step = max(1, len(pairs) // OTHERS_READ)
            kept = pairs[::step]
            told(f"{len(kept)} of {name} …")
            found, _ = _read([text for text, _ in kept], reasoner)
            figures[name] = {"n": len(kept), "auc": _round(auc([d for _, d in kept], found))}
    return figures


def _as_heard(
    sentences: Sequence[Sentence],
    reasoner: Reasoner,
    transcriber: Transcriber,
    told: Callable[[str], None],
) -> dict[str, Any]:
    """Figures over what Whisper makes of the sentences; where it is not believed, of nothing."""
    rng = np.random.default_rng(4)
    spoken = [speak_by_chance(one.text, rng) for one in sentences]
    found = {}
    for name, snr in HEARD.items():
        told(f"as heard, {name} …")
        sounds = spoken if snr is None else [in_noise(one, snr, rng) for one in spoken]
        texts = write_down(transcriber, sounds)
        scores, _ = _read(texts, reasoner)
        found[name] = own_figures(sentences, scores) | {"believed": sum(map(bool, texts))}
    return found


def own_figures(sentences: Sequence[Sentence], scores: Sequence[float]) -> dict[str, Any]:
    """Area under the curve, sensitivity and calibration over our own sentences."""
    truth = np.array([one.distress for one in sentences])
    hard = np.array([one.hard for one in sentences])
    given = np.asarray(scores)
    threshold = np.quantile(given[~truth], 1.0 - FALSE_POSITIVES)
    return {
        "n": len(sentences),
        "auc": _round(auc(truth, given)),
        "auc_hard": _round(auc(truth[truth | hard], given[truth | hard])),
        "sensitivity_at_2pct_fpr": round(float((given[truth] > threshold).mean()), 4),
        "ece": round(_calibration_error(truth, given), 4),
    }


def _read(texts: Sequence[str], reasoner: Reasoner) -> tuple[list[float], list[float]]:
    """Probabilities (0 where nobody could read it) and milliseconds."""
    verdicts, times = _timed(texts, reasoner)
    return [verdict.probability or 0.0 for verdict in verdicts], times


def _timed(texts: Sequence[str], read: Callable[[str], T]) -> tuple[list[T], list[float]]:
    """What ``read`` makes of each, and the milliseconds it took."""
    found, times = [], []
    for text in texts:
        began = time.perf_counter()
        found.append(read(text))
        times.append((time.perf_counter() - began) * 1000)
    return found, times


def _calibration_error(truth: Any, scores: Any) -> float:
    place = np.minimum((scores * BINS).astype(int), BINS - 1)
    return float(
        sum(
            (place == at).mean() * abs(scores[place == at].mean() - truth[place == at].mean())
            for at in np.unique(place)
        )
    )


def _meld(data: Path) -> Iterator[tuple[str, bool]]:
    path = data / "text" / "meld" / "test_sent_emo.csv"
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if row["Emotion"] in MELD_DISTRESS | MELD_OTHER:
                    yield row["Utterance"], row["Emotion"] in MELD_DISTRESS


def _goemotions(data: Path) -> Iterator[tuple[str, bool]]:
    path = data / "text" / "goemotions" / "original" / "test.tsv"
    if path.is_file():
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        fear = [text for text, labels, _ in rows if labels == GO_FEAR]
        neutral = [text for text, labels, _ in rows if labels == GO_NEUTRAL]
        yield from ((text, True) for text in fear)
        yield from ((text, False) for text in neutral[:: max(1, len(neutral) // len(fear))])


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
