"""Synthesised voices: bounded, no two alike, and told apart by what the teacher says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.features.constants import SAMPLE_RATE
from models.sounds.groups import DISTRESS_GROUPS, GROUPS
from models.training.student.calm_voices import BURSTS_HZ
from models.training.student.synthesised import Synthesised
from models.training.student.voice import PEAK

LONGEST_S = 8.0
CALM = [one for one in Synthesised if one.kind == "none"]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(Synthesised), st.integers(0, 2**31))
def test_each_is_finite_and_of_the_right_level(synthesised, seed):
    made = synthesised.make(np.random.default_rng(seed))
    assert made.dtype == np.float32
    assert 0.3 * SAMPLE_RATE < len(made) < LONGEST_S * SAMPLE_RATE
    assert np.isfinite(made).all()
    assert np.abs(made).max() == np.float32(PEAK)


@pytest.mark.parametrize("synthesised", Synthesised)
def test_each_chance_makes_another_and_the_same_chance_the_same(synthesised):
    first, again, other = (synthesised.make(np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert len(first) != len(other) or not np.array_equal(first, other)


def test_laughter_comes_in_bursts_of_its_rate():
    for seed in range(10):
        made = Synthesised.LAUGHTER.make(np.random.default_rng(seed)).astype(np.float64)
        if len(made) < SAMPLE_RATE:
            continue
        power = np.add.reduceat(made**2, np.arange(0, len(made), SAMPLE_RATE // 100))
        spectrum = np.abs(np.fft.rfft(power - power.mean(), 1024))
        strongest = np.fft.rfftfreq(1024, 0.01)[spectrum[20:200].argmax() + 20]
        assert BURSTS_HZ[0] * 0.8 < strongest < BURSTS_HZ[1] * 1.3


def scores(**heard: float) -> dict[str, float]:
    names = {name for group in GROUPS.values() for name in group} | {"Siren"}
    return dict.fromkeys(names, 0.0) | heard


def test_a_scream_that_is_a_siren_is_not_kept():
    assert Synthesised.SCREAM.is_like(scores(Screaming=0.5, Siren=0.4))
    assert not Synthesised.SCREAM.is_like(scores(Screaming=0.5, Siren=0.9))
    assert not Synthesised.SCREAM.is_like(scores(Screaming=0.1))


@pytest.mark.parametrize("synthesised", CALM)
@pytest.mark.parametrize("group", DISTRESS_GROUPS)
def test_what_the_teacher_takes_for_distress_is_nothing_calm(synthesised, group):
    assert synthesised.is_like(scores(Speech=0.9))
    assert not synthesised.is_like(scores(Speech=0.9, **{GROUPS[group][0]: 0.4}))


def test_an_infant_must_be_heard_as_one():
    assert Synthesised.INFANT.is_like(scores(**{"Baby cry, infant cry": 0.5}))
    assert not Synthesised.INFANT.is_like(scores(Speech=0.9))
