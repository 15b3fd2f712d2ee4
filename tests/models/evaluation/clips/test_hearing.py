"""How clips are put before an ear, and what is taken of it."""

import numpy as np
import pytest
import soundfile

from models.data.corpora import Clip
from models.ear.by_frames import FrameEar
from models.evaluation.clips.hearing import CUT_S, Look, cut, hear, hear_clips, whole
from models.evaluation.clips.level_duration import level_duration_auc
from models.evaluation.floor import LEAD_S
from models.features.constants import SAMPLE_RATE
from models.networks import weights
from models.training.streams import level_db


def clip_of(root, name, samples, label="fear", group="g"):
    (root / "mine").mkdir(exist_ok=True)
    soundfile.write(root / "mine" / f"{name}.flac", samples, SAMPLE_RATE, subtype="PCM_24")
    return Clip(root, "mine", f"mine/{name}.flac", label, "", group, len(samples) / SAMPLE_RATE)


def noise(seconds, level=0.05, seed=0):
    return np.random.default_rng(seed).standard_normal(int(seconds * SAMPLE_RATE)) * level


def test_a_clip_is_cut_and_levelled_by_chance_and_the_same_every_time(tmp_path):
    lengths, levels = [], []
    for number in range(12):
        clip = clip_of(tmp_path, f"long{number}", noise(6.0))
        stream, onset = cut(clip)
        np.testing.assert_array_equal(stream, cut(clip)[0])
        assert onset >= 2.5 * SAMPLE_RATE
        lengths.append((len(stream) - onset) / SAMPLE_RATE)
        levels.append(level_db(stream[onset:]))
    assert min(lengths) >= CUT_S[0]
    assert max(lengths) <= CUT_S[1] + 0.02
    assert np.std(lengths) > 0.3
    assert np.std(levels) > 4.0


def test_a_whole_clip_keeps_its_length_and_level(tmp_path):
    clip = clip_of(tmp_path, "whole", noise(4.0))
    stream, onset = whole(clip)
    assert onset == LEAD_S * SAMPLE_RATE
    assert level_db(stream[onset : onset + 4 * SAMPLE_RATE]) == pytest.approx(-26.0, abs=0.3)


class Scripted:
    """An ear that says what it is told to."""

    def __init__(self, distress):
        self._distress = iter(distress)
        self.distress = self.infant = 0.0
        self.is_open = False
        self.posterior = np.zeros(8, np.float32)

    def step(self, hop):
        self.distress = next(self._distress, 0.0)


def test_the_score_is_the_highest_from_the_onset_on():
    before, during, after = [0.99] * 10, [0.3, 0.6, 0.2] + [0.1] * 7, [0.7]
    stream = np.zeros(20 * 160, np.float32)
    distress, infant, emotion = hear(Scripted(before + during + after), stream, 10 * 160)
    assert distress == 0.7  # the window still holds the clip after its end
    assert infant == 0.0
    assert emotion is None


def ear_without_sounds(path):
    return FrameEar(weights.load(path), None)


@pytest.mark.slow
def test_clips_are_heard_in_their_order_by_other_processes(tmp_path, weights_path):
    import functools

    clips = [clip_of(tmp_path, f"c{n}", noise(1.2, seed=n)) for n in range(3)]
    make_ear = functools.partial(ear_without_sounds, weights_path)
    rows = hear_clips(clips, make_ear)
    assert [row.clip for row in rows] == clips
    here = [hear(make_ear(), *cut(clip)) for clip in clips]
    assert [(row.score, row.infant, row.emotion) for row in rows] == here


@pytest.mark.slow
def test_level_gives_the_label_away_as_recorded_and_not_as_heard(tmp_path):
    rng = np.random.default_rng(7)
    sides = []
    for side in ("learn", "judge"):
        clips = []
        for n in range(60):
            loud = n % 2 == 0
            level = 10 ** (rng.normal(-15 if loud else -40, 3) / 20)
            clips.append(clip_of(tmp_path, f"{side}{n}", noise(2.0, level, n),
                                 "angry" if loud else "calm", f"{side}{n}"))  # fmt: skip
        sides.append(clips)
    found = level_duration_auc(*sides)
    assert set(found) == {"mine"}
    assert found["mine"].recorded > 0.95
    assert 0.3 < found["mine"].heard < 0.7


def test_a_look_is_of_the_loudest_half_second():
    samples = np.concatenate([noise(0.6, 0.1), np.zeros(SAMPLE_RATE * 2)]).astype(np.float32)
    look = Look.at(samples)
    assert look.duration_s == pytest.approx(2.6)
    assert look.level_db == pytest.approx(-20.0, abs=0.3)
