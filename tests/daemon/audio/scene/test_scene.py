"""The demonstration scene: its shape, and what a network that knows screams makes of it."""

import csv
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from daemon.audio.scene import render, timeline
from models.features.constants import SAMPLE_RATE

WINDOW = 15_600
HOP = SAMPLE_RATE // 40  # windows slide by 100 ms; a finer grid covers wherever they start
DISTRESS = (
    "Screaming",
    "Shout",
    "Yell",
    "Bellow",
    "Crying, sobbing",
    "Wail, moan",
    "Whimper",
    "Groan",
)
REPOSITORY = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def scene():
    return render()


def test_scene_is_the_same_every_time(scene):
    np.testing.assert_array_equal(render(), scene)


def test_scene_is_16_khz_mono_float32_and_never_clips(scene):
    assert scene.dtype == np.float32
    assert scene.ndim == 1
    assert 60 <= len(scene) / SAMPLE_RATE <= 75
    assert np.isfinite(scene).all()
    assert 0.1 < np.abs(scene).max() <= 0.9


def test_timeline_covers_the_whole_scene_without_overlap(scene):
    parts = timeline()
    assert parts[0].start_s == 0.0
    assert all(a.end_s == b.start_s for a, b in pairwise(parts))
    assert all(p.end_s > p.start_s for p in parts)
    assert round(parts[-1].end_s * SAMPLE_RATE) == len(scene)


def test_timeline_has_distress_and_leaves_an_alert_time_to_clear():
    parts = timeline()
    assert sum(p.distress for p in parts) >= 2
    last = max(p.end_s for p in parts if p.distress)
    assert parts[-1].end_s - last >= 8.0
    assert all(p.label for p in parts)


def test_quiet_parts_are_quiet_and_screams_loud(scene):
    def rms_db(part):
        cut = scene[round(part.start_s * SAMPLE_RATE) : round(part.end_s * SAMPLE_RATE)]
        return 10 * np.log10(np.mean(cut.astype(np.float64) ** 2))

    for part in timeline():
        if part.label == "quiet room":
            assert -68 < rms_db(part) < -58, part
        if part.label == "scream":
            assert rms_db(part) > -24, part  # pauses around it included


def test_scene_needs_nothing_but_numpy():
    heavy = "scipy torch librosa soundfile"
    code = (
        "import sys; from daemon.audio.scene import render; render(); "
        f"print(*(m for m in '{heavy}'.split() if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


class Ear:
    """YAMNet over the whole scene, one row of scores every 25 ms."""

    def __init__(self, folder, scene):
        interpreter = pytest.importorskip("ai_edge_litert.interpreter")
        with (folder / "yamnet_class_map.csv").open(newline="") as f:
            self.names = [row["display_name"] for row in csv.DictReader(f)]
        network = interpreter.Interpreter(
            str(folder / "yamnet_waveform15600.tflite"), num_threads=1
        )
        network.allocate_tensors()
        inside, outside = network.get_input_details()[0], network.get_output_details()[0]
        rows = []
        self.starts_s = np.arange(0, len(scene) - WINDOW + 1, HOP) / SAMPLE_RATE
        for start in range(0, len(scene) - WINDOW + 1, HOP):
            network.set_tensor(
                inside["index"], scene[start : start + WINDOW].reshape(inside["shape"])
            )
            network.invoke()
            rows.append(network.get_tensor(outside["index"])[0].copy())
        self.scores = np.array(rows)
        self.ends_s = self.starts_s + WINDOW / SAMPLE_RATE

    def peak(self, mask, names):
        columns = [self.names.index(n) for n in names]
        return float(self.scores[np.ix_(mask, columns)].max())

    def within(self, part):
        return (self.starts_s >= part.start_s) & (self.ends_s <= part.end_s)

    def touching(self, part):
        return (self.starts_s < part.end_s) & (self.ends_s > part.start_s)


@pytest.fixture(scope="module")
def ear(scene):
    folder = Path(os.environ.get("DISTRESSD_MODELS", REPOSITORY.parent / "shared" / "models"))
    if not (folder / "yamnet_waveform15600.tflite").is_file():
        pytest.skip(f"YAMNet is not in {folder}; set DISTRESSD_MODELS to the folder that has it")
    return Ear(folder, scene)


def test_screams_are_heard_as_screaming(ear):
    for part in timeline():
        if part.label in ("scream", "shouting for help"):
            assert ear.peak(ear.within(part), ["Screaming"]) > 0.5, part


def test_every_distress_part_is_heard_as_distress(ear):
    for part in timeline():
        if part.distress:
            assert ear.peak(ear.within(part), DISTRESS) > 0.3, part


def test_infant_is_heard_as_an_infant(ear):
    (part,) = (p for p in timeline() if p.label.startswith("infant"))
    assert ear.peak(ear.within(part), ["Baby cry, infant cry"]) > 0.3


def test_nothing_outside_distress_is_heard_as_distress(ear):
    calm = np.ones(len(ear.scores), dtype=bool)
    for part in timeline():
        if part.distress:
            calm &= ~ear.touching(part)
    assert calm.sum() > 1_200
    assert ear.peak(calm, (*DISTRESS, "Baby cry, infant cry")) < 0.03


@pytest.mark.parametrize(
    ("label", "name", "least"),
    [
        ("speech, calm", "Speech", 0.9),
        ("conversation, calm", "Speech", 0.9),
        ("guitar", "Music", 0.5),
        ("laughter", "Laughter", 0.1),
        ("water poured", "Liquid", 0.1),
    ],
)
def test_household_sounds_are_heard_for_what_they_are(ear, label, name, least):
    (part,) = (p for p in timeline() if p.label == label)
    assert ear.peak(ear.within(part), [name]) > least
