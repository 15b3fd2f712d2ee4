"""Scenes through the whole pipeline: what fusion decides again is what it decided."""

import numpy as np
import pytest
import soundfile

from daemon.config.load import load_config
from daemon.rehearsal import rehearse_scenes, with_warning_at
from models.data.corpora import Clip, read_corpus
from models.data.splits import fold_of
from models.evaluation.scenes.scoring import score
from models.evaluation.scenes.script import Planned, Scene, Stretch
from models.features.constants import SAMPLE_RATE


def test_other_levels_give_way_to_the_warnings_threshold():
    fusion = load_config(None).fusion
    for threshold in (0.3, 0.7, 0.97):
        moved = with_warning_at(fusion, threshold)
        assert moved.threshold.warning == threshold
        assert moved.threshold.advisory <= threshold <= moved.threshold.critical
        assert moved.release < moved.threshold.advisory
        assert moved.overwhelming >= threshold
    kept = fusion.threshold.warning
    assert with_warning_at(fusion, kept) == fusion


@pytest.mark.data
@pytest.mark.slow
def test_a_scene_is_decided_upon_again_as_it_was_at_first(data_root, tmp_path):
    config = load_config(None)
    screams = [
        clip
        for clip in read_corpus(data_root, "debian_voices")
        if clip.label == "scream_pain_death" and fold_of(clip.group) == "dev"
    ]
    rng = np.random.default_rng(1)
    (tmp_path / "mine").mkdir()
    soundfile.write(tmp_path / "mine/hum.flac", rng.standard_normal(480_000) * 1e-3, SAMPLE_RATE)
    hum = Clip(tmp_path, "mine", "mine/hum.flac", "noise", "", "mine:hum", 30.0)
    household = Stretch("household", 0.0, 30.0, (hum,), (), -60.0)
    loud = sorted(screams, key=lambda clip: -clip.duration_s)[:2]
    planned = tuple(Planned("scream", c, 4.0 + 13 * i, 30) for i, c in enumerate(loud))
    scene = Scene("one", (3, 1), 30.0, -75.0, (household,), planned)
    threshold = config.fusion.threshold.warning
    (heard,) = rehearse_scenes([scene], [threshold, 0.999], config)
    assert heard.alerts
    assert heard.by_threshold[threshold] == heard.alerts
    assert all(alert.warned_s is None for alert in heard.by_threshold[0.999])
    assert any(outcome.found for outcome in score(heard.truth, heard.alerts).outcomes)
