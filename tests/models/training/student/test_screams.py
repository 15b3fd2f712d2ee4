"""Synthesised screams: loud, bounded, high, and no two alike."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.features.constants import SAMPLE_RATE
from models.training.student.screams import LONG_S, scream
from models.training.student.voice import PEAK


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31))
def test_a_scream_is_of_the_right_length_and_level(seed):
    made = scream(np.random.default_rng(seed))
    assert LONG_S[0] * SAMPLE_RATE - 1 <= len(made) <= LONG_S[1] * SAMPLE_RATE
    assert np.isfinite(made).all()
    assert np.abs(made).max() == np.float32(PEAK)


def test_its_pitch_is_that_of_a_scream():
    for seed in range(10):
        made = scream(np.random.default_rng(seed))
        spectrum = np.abs(np.fft.rfft(made))
        hertz = np.fft.rfftfreq(len(made), 1 / SAMPLE_RATE)
        assert spectrum[hertz < 150].sum() < 0.1 * spectrum.sum()


def test_each_chance_makes_another_and_the_same_chance_the_same():
    first, again, other = (scream(np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert len(first) != len(other) or not np.array_equal(first, other)
