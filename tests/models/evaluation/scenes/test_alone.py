"""What is raised over recordings that are heard alone."""

import numpy as np
import pytest
import soundfile

from models.data.corpora import Clip
from models.evaluation.raised import Raised
from models.evaluation.scenes.alone import Alone, alone, drawn
from models.evaluation.scenes.material import Material
from models.features.constants import SAMPLE_RATE


def recording(root, name, label, seconds=1.0):
    (root / "mine").mkdir(exist_ok=True)
    path = root / "mine" / f"{name}.flac"
    soundfile.write(path, np.zeros(round(seconds * SAMPLE_RATE), np.float32), SAMPLE_RATE)
    return Clip(root, "mine", f"mine/{name}.flac", label, "", f"mine:{name}", seconds)


def raised(level, kind="fear"):
    return Raised(3.5, "advisory", level, kind)


def test_alerts_are_counted_by_the_hour_and_distress_by_the_recording(tmp_path):
    voices = tuple(recording(tmp_path, f"calm{k}", "calm", 31.0) for k in range(3))
    acted = tuple(recording(tmp_path, f"fear{k}", "fear") for k in range(4))
    told = {
        3: [[raised("warning"), raised("advisory")], [], [raised("warning", "infant_crying")]],
        4: [[raised("critical")], [raised("advisory")], [], [raised("warning", "infant_crying")]],
        0: [],
    }
    heard = []

    def hear(streams):
        heard.extend(len(stream) / SAMPLE_RATE for stream in streams)
        return told[len(streams)]

    found = alone(Alone(voices, (), acted), hear)
    assert heard == pytest.approx([36.0] * 3 + [6.0] * 4)  # three seconds before, two behind
    assert found["voices"] | {"alerts_ci95": None} == {
        "recordings": 3, "hours": 0.03, "alerts": 2, "warnings": 1,
        "alerts_per_hour": 66.667, "alerts_ci95": None,
    }  # fmt: skip
    low, high = found["voices"]["alerts_ci95"]
    assert low < 66.667 < high
    assert found["things"]["alerts_per_hour"] is None
    assert found["acted"]["recordings"] == 4
    assert found["acted"]["found"]["value"] == 0.5
    assert found["acted"]["warned"]["value"] == 0.25


def test_so_many_of_each_sort_are_heard_and_the_same_every_time(tmp_path):
    def some(label, count):
        return tuple(recording(tmp_path, f"{label}{k}", label) for k in range(count))

    talk, dogs, fear = some("calm", 5), some("dog", 2), some("fear", 4)
    screams, music = some("scream", 3), some("music", 3)
    found = Material(
        {"fear": fear, "scream": screams}, {"talk": talk, "animals": dogs, "music": music}
    )
    chosen = drawn(found, 3)
    assert chosen == drawn(found, 3)
    assert len(set(chosen.voices)) == 3
    assert set(chosen.voices) <= set(talk)
    assert set(chosen.things) == set(dogs)
    assert set(chosen.acted) < set(fear)
