"""The whole suite over a small copy of every corpus, with ears of which is known what they hear.

Distress is a tone here, and everything else is noise.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.data.corpora import AUDIO_CORPORA, Clip
from models.evaluation import fold_weights
from models.evaluation.clips.hearing import Scored
from models.evaluation.clips.suite import Ears, measure
from models.features.constants import HOP, SAMPLE_RATE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
]

TONE_BIN = 30  # of a hop's spectrum: 3 kHz
THRESHOLD = 0.7
SHIPPED = Path("shipped.safetensors")
TRAINED = 24  # of each side of nEMO: as many as a tree needs to tell two levels apart


class ToneEar:
    """Hears distress in a tone."""

    def __init__(self) -> None:
        self.distress = self.infant = 0.0
        self.is_open = False
        self.posterior = np.zeros(8, np.float32)

    def step(self, hop: np.ndarray) -> None:
        power = np.abs(np.fft.rfft(hop)) ** 2
        self.distress = float(power[TONE_BIN] > 0.5 * power.sum())


class AlarmedEar(ToneEar):
    """Hears distress in everything."""

    def step(self, hop: np.ndarray) -> None:
        self.distress = 1.0


class Asked:
    """In the second ear's place: says what its weights are told to, and keeps what it is asked."""

    def __init__(self) -> None:
        self.clips: dict[str, list[Clip]] = defaultdict(list)

    def __call__(self, path: Path, clips: Sequence[Clip]) -> list[Scored]:
        self.clips[path.stem] += clips
        told = {"without_ravdess_voice": (0.2, 0.8), "without_tess_voice": (0.5, 0.5)}
        of_distress, of_others = told.get(path.stem, (0.9, 0.1))
        scores = {"distress": of_distress, "not_distress": of_others}
        return [Scored(clip, scores.get(clip.meaning.verdict, 0.3), 0.0, None) for clip in clips]


def described() -> dict[str, list[tuple[str, ...]]]:
    """Label, speaker and, of some, environment of the recordings of each corpus."""
    acted = ("angry", "fear", "neutral", "happy")
    return {
        "ravdess": [(label, who) for who in ("rav01", "rav19") for label in acted],
        "nemo": [
            *[(label, "nemo_EB0") for label in acted for _ in range(TRAINED // 2)],
            *[(label, "nemo_SM0") for label in acted],
        ],
        "tess": [(label, who) for who in ("OAF", "YAF") for label in acted],
        "emospeech_in": [
            ("fearful", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f", "scream")
        ],
        "debian_voices": [("scream_pain_death", "openarena-data")] * 2,
        "librispeech": [("speech", f"ls{n}") for n in range(8)],
        "music": [("music", "wesnoth")],
        "esc10": [("rain", "100032")],
        "us8k": [("siren", "101415")],
        "pico": [("speech", "pico")],
        "donateacry": [("crying_baby", f"dac{n}") for n in range(8)],
    }


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    rng = np.random.default_rng(4)
    tone = np.sin(2 * np.pi * TONE_BIN / HOP * np.arange(SAMPLE_RATE // 2))
    root = tmp_path / "data"
    for corpus in AUDIO_CORPORA:
        (root / corpus).mkdir(parents=True)
        lines = ["file,label,speaker,environment,dur"]
        for number, (label, speaker, *environment) in enumerate(described()[corpus]):
            loud = label in {"angry", "fear", "fearful", "scream_pain_death"}
            sound = 0.4 * tone if loud else 0.01 * rng.standard_normal(len(tone))
            soundfile.write(root / corpus / f"{number}.wav", sound, SAMPLE_RATE)
            background = environment[0] if environment else ""
            lines.append(f"{number}.wav,{label},{speaker},{background},0.5")
        (root / corpus / "labels.csv").write_text("\n".join(lines) + "\n")
    return root


def test_every_figure_is_of_the_ear_and_the_recordings_that_it_is_named_after(
    corpora, tmp_path, monkeypatch
):
    monkeypatch.setattr(fold_weights, "FOLDER", tmp_path)
    for corpus in ("ravdess", "nemo", "tess"):
        fold_weights.weights_without(corpus, "voice").touch()
    second = Asked()
    found = measure(corpora, "test", Ears(ToneEar, second, SHIPPED, AlarmedEar), THRESHOLD)
    told = found.figures

    assert told["auc"]["known"] == 1.0
    assert (told["fpr"], told["fnr"], told["threshold"]) == (0.0, 0.0, THRESHOLD)
    assert (told["ece"], told["ece_by_chance"], told["brier"]) == (0.0, 0.0, 0.0)
    # Of the three corpora only nEMO has enough recordings to learn from how loud distress is.
    assert told["level_duration_auc"] == pytest.approx((1.0 + 0.5 + 0.5) / 3, abs=1e-4)
    assert set(told["level_duration_auc_by_corpus"]) == {"ravdess", "nemo", "tess"}
    screams = told["screams"]
    assert (screams["recall"], screams["fpr"]) == (1.0, 0.0)
    assert (screams["student_recall"], screams["student_fpr"]) == (1.0, 1.0)
    assert screams["clips"][0] == 3

    assert told["auc"]["unseen_corpus"] == {
        "ravdess": 0.0, "nemo": 1.0, "tess": 0.5, "emospeech_in": None,
    }  # fmt: skip
    for corpus, speakers in (("ravdess", 2), ("nemo", 2), ("tess", 2)):
        asked = second.clips[f"without_{corpus}_voice"]
        assert {clip.corpus for clip in asked} == {corpus}
        assert len({clip.group for clip in asked}) == speakers  # all of it, whatever its fold
    assert {clip.group for clip in second.clips["shipped"]} == {r.clip.group for r in found.rows}
    assert "nemo:nemo_EB0" not in {row.clip.group for row in found.rows}
    assert (told["fold"], told["clips"]) == ("test", len(found.rows))


def test_as_configured_with_the_student_its_figures_are_those_of_the_ear(corpora):
    screams = measure(corpora, "test", Ears(ToneEar, Asked(), SHIPPED), THRESHOLD).figures[
        "screams"
    ]
    assert (screams["student_recall"], screams["student_fpr"]) == (1.0, 0.0)
