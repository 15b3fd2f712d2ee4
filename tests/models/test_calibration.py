"""Two probabilities from a handful of figures, that a person can follow."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.calibration import (
    FEATURES,
    ODDS_LIMIT,
    SCORE_FLOOR,
    Calibration,
    either,
    emotion_features,
    sound_features,
)
from models.errors import ModelError
from models.sounds.groups import GROUPS

used = st.lists(st.sampled_from(FEATURES), min_size=1, unique=True)
figures = arrays(np.float32, len(FEATURES), elements=st.floats(-10, 10, width=32))


@st.composite
def calibrations(draw, low: float = -20.0):
    names = draw(used)
    weight = draw(arrays(np.float32, (2, len(names)), elements=st.floats(low, 20, width=32)))
    bias = draw(arrays(np.float32, 2, elements=st.floats(-20, 20, width=32)))
    return Calibration.over(names, weight, bias)


@given(calibrations(), figures)
def test_it_is_a_softmax_over_none_distress_and_infant(calibration, seen):
    looked_at = seen[calibration.features]
    z = calibration.weight.astype(np.float64) @ looked_at + calibration.bias
    odds = np.exp(np.array([0.0, *z]) - max(0.0, *z))
    distress, infant = calibration(seen)
    assert distress == pytest.approx(odds[1] / odds.sum(), abs=1e-3)
    assert infant == pytest.approx(odds[2] / odds.sum(), abs=1e-3)
    assert 0.0 <= distress <= 1.0
    assert 0.0 <= infant <= 1.0
    assert distress + infant <= 1.0 + 1e-9


@given(
    arrays(np.float32, len(FEATURES), elements=st.floats(0.0, 2.0, width=32)),
    figures,
    st.integers(0, len(FEATURES) - 1),
    st.floats(0.0, 5.0),
)
def test_more_evidence_never_lowers_distress_where_its_weight_is_positive(w, seen, which, more):
    calibration = Calibration.over(FEATURES, np.stack([w, np.zeros_like(w)]), np.zeros(2))
    louder = seen.copy()
    louder[which] += np.float32(more)
    assert calibration(louder)[0] >= calibration(seen)[0] - 1e-6


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_likelier_fear_gives_no_lower_odds(one, other):
    low, high = np.zeros(len(FEATURES), np.float32), np.zeros(len(FEATURES), np.float32)
    emotion_features(min(one, other), low)
    emotion_features(max(one, other), high)
    assert low[0] == high[0] == 1.0
    assert -ODDS_LIMIT <= low[1] <= high[1] <= ODDS_LIMIT


def test_even_chances_are_odds_of_zero_and_a_closed_gate_says_nothing():
    out = np.full(len(FEATURES), 7.0, np.float32)
    emotion_features(0.5, out)
    assert list(out[:3]) == [1.0, 0.0, 7.0]
    emotion_features(None, out)
    assert list(out[:3]) == [0.0, 0.0, 7.0]


def test_scores_enter_by_their_logarithm():
    out = np.full(len(FEATURES), 7.0, np.float32)
    grouped = np.linspace(0.0, 1.0, len(GROUPS), dtype=np.float32)
    sound_features(grouped, out)
    assert list(out[:2]) == [7.0, 7.0]
    np.testing.assert_allclose(out[2:-1], np.log(grouped + SCORE_FLOOR), rtol=1e-5)


def test_the_strongest_cry_is_a_figure_of_its_own():
    out = np.zeros(len(FEATURES), np.float32)
    grouped = np.zeros(len(GROUPS), np.float32)
    names = list(GROUPS)
    grouped[names.index("laughter")], grouped[names.index("pain")] = 0.9, 0.2
    sound_features(grouped, out)
    assert out[FEATURES.index("cry")] == pytest.approx(np.log(0.2 + SCORE_FLOOR))


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_two_witnesses_are_no_less_sure_than_either(voice, sounds):
    both = either(voice, sounds)
    assert max(voice, sounds) - 1e-12 <= both <= min(1.0, voice + sounds) + 1e-12


@given(calibrations(), figures)
def test_what_is_stored_comes_back(calibration, seen):
    stored = json.loads(json.dumps(calibration.stored()))
    assert stored["features"] == [FEATURES[i] for i in calibration.features]
    again = Calibration.of(stored)
    np.testing.assert_allclose(again.weight, calibration.weight, atol=1e-5)
    assert again(seen) == pytest.approx(calibration(seen), abs=1e-3)


@pytest.mark.parametrize("names", [["odds", "shoutiness"], ["odds"]])
def test_a_calibration_over_other_figures_is_refused(names):
    stored = Calibration.over(("odds", "cry"), np.ones((2, 2)), np.zeros(2)).stored()
    with pytest.raises(ModelError, match="other figures"):
        Calibration.of(stored | {"features": names})
