"""What is added up of clips, on scores made by hand."""

from pathlib import Path

import pytest

from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.evaluation.clips.figures import confusion, figures, judged, uar
from models.evaluation.clips.hearing import Scored

THRESHOLD = 0.7


def row(corpus, label, score, group="a", infant=0.0, guess=None, environment=""):
    clip = Clip(
        Path(), corpus, f"{corpus}/{label}.flac", label, environment, f"{corpus}:{group}", 2
    )
    emotion = None if guess is None else tuple(float(e == guess) for e in EMOTIONS)
    return Scored(clip, score, infant, emotion)


ROWS = [
    row("nemo", "fear", 0.9, "a", guess="fearful"),
    row("nemo", "angry", 0.2, "b", guess="happy"),
    row("nemo", "neutral", 0.1, "a", guess="neutral"),
    row("nemo", "happy", 0.8, "b", guess="happy"),
    row("nemo", "sad", 0.99, "b", guess="sad"),
    row("ravdess", "fear", 0.95, "c"),
    row("ravdess", "calm", 0.05, "d", guess="calm"),
    row("debian_voices", "scream_pain_death", 0.99),
    row("debian_voices", "scream_pain_death", 0.4),
    row("librispeech", "speech", 0.3),
    row("music", "music", 0.75),
    row("donateacry", "crying_baby", 0.8, infant=0.9),
]


def test_what_is_in_neither_figure_is_in_neither():
    assert len(judged(ROWS)) == len(ROWS) - 2


def test_the_figures_by_hand():
    told = figures(ROWS, THRESHOLD)
    assert told["auc"]["known"] == pytest.approx((0.75 + 1.0) / 2)
    assert told["fpr"] == pytest.approx((0.5 + 0.0) / 2)  # macro over nemo and ravdess
    assert told["fnr"] == pytest.approx((0.5 + 0.0) / 2)
    for name in ("fpr", "fnr"):
        low, high = told[f"{name}_ci95"]
        assert 0.0 <= low <= told[name] <= high <= 1.0
    assert told["screams"]["recall"] == 0.5
    assert told["screams"]["fpr"] == pytest.approx(1 / 4)  # the music, of talk and music
    assert told["screams"]["recall_at_1_pct"] == 0.5
    assert told["infants"] == {"clips": 1, "heard_as_infant": 1.0, "heard_as_distress": 1.0}
    assert told["by_corpus"]["music"]["fpr"] == 1.0
    assert told["by_corpus"]["music"]["auc"] is None
    assert set(told["by_speaker"]) == {"nemo:a", "nemo:b", "ravdess:c", "ravdess:d"}
    assert told["by_label"]["nemo/sad"]["raised"] == 1.0


def test_recall_is_averaged_over_emotions_and_a_closed_gate_is_a_wrong_guess():
    acted = [(r.truth, r.guess) for r in ROWS if r.clip.corpus == "ravdess"]
    assert acted == [("fearful", "none"), ("calm", "calm")]
    assert uar(acted) == 0.5
    table = confusion(ROWS)
    assert sum(map(sum, table)) == 7
    assert table[EMOTIONS.index("angry")][EMOTIONS.index("happy")] == 1
    assert table[EMOTIONS.index("fearful")][-1] == 1
