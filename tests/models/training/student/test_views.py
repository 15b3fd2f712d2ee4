"""Views: each kind gets its share, and the same chance draws the same windows."""

from collections import Counter

import numpy as np
import pytest

from models.data.labels import EMOTIONS
from models.features.melpower import BANDS, FRAMES
from models.networks.mobilenet import KINDS, SCORES
from models.training.student.recipe import StudentRecipe, ViewSettings
from models.training.student.synthesised import Synthesised
from models.training.student.views import (
    APART,
    SteadyNoise,
    Viewer,
    kind_of,
    mask,
    microphone,
)


def viewer(recordings, clips, recipe, seed=1) -> Viewer:
    return Viewer(recordings, clips, recipe, np.random.default_rng(seed))


def test_a_batch_is_finite_and_of_the_right_shapes(recordings, clips, recipe):
    views = viewer(recordings, clips, recipe).batch(64)
    assert views.windows.shape == (64, FRAMES, BANDS)
    assert views.scores.shape == (64, SCORES)
    assert views.allowed.shape == (64, len(EMOTIONS))
    assert np.isfinite(views.windows).all()
    assert 0.0 <= views.scores.min() <= views.scores.max() <= 1.0
    assert 0.0 < views.sure.min() <= views.sure.max() <= 1.0
    assert (views.allowed.sum(axis=1) > 0).all()


def test_each_kind_is_drawn_as_often_as_the_recipe_says(recordings, clips, recipe):
    drawn = viewer(recordings, clips, recipe).batch(2_000).kinds
    counts = Counter(KINDS[kind] if kind != APART else "apart" for kind in drawn)
    for name, share in recipe.share.items():
        assert counts[name] / 2_000 == pytest.approx(share, abs=0.04)


def test_the_same_chance_draws_the_same_windows(recordings, clips, recipe):
    first, again, other = (viewer(recordings, clips, recipe, seed) for seed in (1, 1, 2))
    windows = first.batch(4).windows
    np.testing.assert_array_equal(windows, again.batch(4).windows)
    assert not np.array_equal(windows, other.batch(4).windows)


def test_kinds_follow_the_labels(clips):
    found = {file.split("/")[1].split(".")[0]: kind_of(clip) for file, clip in clips.items()}
    assert {name: KINDS[kind] for name, kind in found.items() if kind != APART} == {
        "scream_pain_death": "cry", "effort": "none", "angry": "anger", "fear": "fear",
        "neutral": "none", "crying_baby": "infant", "dog_bark": "none", "music": "none",
    }  # fmt: skip
    assert found["sad"] == APART
    made = {synthesised.value: KINDS[kind_of(synthesised)] for synthesised in Synthesised}
    assert made.pop("scream") == "cry"
    assert made.pop("infant") == "infant"
    assert set(made.values()) == {"none"}


def test_noise_is_steady_and_of_unit_power():
    for seed in range(8):
        power = SteadyNoise()(np.random.default_rng(seed))
        assert power.shape == (FRAMES, BANDS)
        assert (power >= 0).all()
        assert power.sum(axis=1).mean() == pytest.approx(1.0, rel=1e-4)
        assert power.sum(axis=1).std() < 1.0


def test_a_telephone_hears_nothing_above_its_band():
    rng = np.random.default_rng(1)
    heard = microphone(rng, ViewSettings(telephone=1.0))
    assert heard[-1] < 1e-3 * heard.max()
    assert heard[0] < 1e-3 * heard.max()


def test_what_is_hidden_is_a_mean():
    window = np.random.default_rng(1).standard_normal((FRAMES, BANDS)).astype(np.float32)
    hidden = window.copy()
    mask(np.random.default_rng(3), hidden, StudentRecipe().view)
    changed = hidden != window
    assert 0 < changed.sum() < changed.size / 2
