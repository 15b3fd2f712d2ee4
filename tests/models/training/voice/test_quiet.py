"""What the second ear is asked about in a quiet room, and what of."""

import numpy as np
import pytest
import soundfile

from models import registry
from models.catalogue import WHISPER
from models.data.corpora import Clip
from models.errors import DataError
from models.features.constants import SAMPLE_RATE
from models.networks.mobilenet import KINDS
from models.networks.voice import SUSPECTED
from models.training.voice import quiet as module
from models.training.voice.quiet import quiet_windows
from models.training.voice.recipe import VoiceRecipe


class Loud:
    """An ear that suspects what is loud."""

    def __init__(self):
        self.distress, self.is_open = 0.0, True

    def expect(self, hops):
        pass

    def step(self, hop):
        self.distress = SUSPECTED if np.abs(hop).max() >= 0.3 else 0.0


def recording(root, label, seconds, level):
    noise = np.random.default_rng(len(label)).uniform(-level, level, round(seconds * SAMPLE_RATE))
    (root / "mine").mkdir(exist_ok=True)
    soundfile.write(root / "mine" / f"{label}.flac", noise.astype(np.float32), SAMPLE_RATE)
    return Clip(root, "mine", f"mine/{label}.flac", label, "", f"mine:{label}", seconds)


def test_every_window_is_of_the_recording_that_is_heard_in_it(tmp_path, monkeypatch, words_models):
    monkeypatch.setattr(module, "first_ear", Loud)
    clips = [
        recording(tmp_path, "neutral", 1.5, 0.5), recording(tmp_path, "happy", 1.0, 0.1),
        recording(tmp_path, "fear", 1.0, 0.5), recording(tmp_path, "angry", 0.7, 0.5),
    ]  # fmt: skip
    encoder, folder = registry.find(WHISPER), tmp_path / "kept"
    made = module._asked(clips, encoder, folder)
    names = [KINDS[kind] for kind in made.kinds]
    assert [name for i, name in enumerate(names) if names[:i].count(name) == 0] == [
        "none", "fear", "anger",
    ]  # fmt: skip
    assert names.count("none") == 5, "every 0.3 s of what is suspicious, the silent one not at all"
    assert not made.front.any()
    assert set(made.windows.corpora.tolist()) == {"mine"}
    assert len(made.windows.figures) == len(names)
    (kept,) = folder.iterdir()
    written_at = kept.stat().st_mtime_ns
    again = module._asked(clips, encoder, folder)
    assert kept.stat().st_mtime_ns == written_at
    assert again.kinds.tolist() == made.kinds.tolist()
    assert np.array_equal(again.windows.figures, made.windows.figures)


def test_where_nothing_is_suspicious_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "first_ear", Loud)
    with pytest.raises(DataError, match="nothing in quiet rooms") as raised:
        quiet_windows([], VoiceRecipe(quiet=0.1), tmp_path / "encoder", None)
    assert "`quiet`" in raised.value.remedy
