"""One gain for training and daemon: causal, bounded, and following what is heard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.features.constants import HOPS_PER_SECOND
from models.features.gain import Gain, GainSettings, gains

levels = st.lists(st.floats(-100.0, 6.0), max_size=400)
settings = st.builds(
    GainSettings,
    target_db=st.floats(-40.0, 0.0),
    floor_db=st.floats(-80.0, -40.0),
    attack_s=st.floats(0.005, 1.0),
    release_db_per_s=st.floats(0.1, 60.0),
    most_db=st.floats(0.0, 60.0),
)


def decibels(factor: float) -> float:
    return 20.0 * float(np.log10(factor))


@given(levels, settings, st.integers(0, 400))
def test_what_comes_later_changes_nothing_before(heard, chosen, end):
    np.testing.assert_array_equal(gains(heard[:end], chosen), gains(heard, chosen)[:end])


@given(levels, settings)
def test_hop_by_hop_equals_the_whole_stream(heard, chosen):
    gain = Gain(chosen)
    stepped = np.array([gain.step(level) for level in heard], np.float32)
    np.testing.assert_array_equal(stepped, gains(heard, chosen))


@given(levels, settings)
def test_the_factor_is_held_within_its_bounds(heard, chosen):
    for factor in gains(heard, chosen):
        assert abs(decibels(factor)) <= chosen.most_db + 1e-3


@given(levels, settings)
def test_the_envelope_stays_between_the_floor_and_the_loudest_hop(heard, chosen):
    gain = Gain(chosen)
    for level in heard:
        gain.step(level)
        assert chosen.floor_db <= gain.envelope_db <= max([chosen.floor_db, *heard]) + 1e-6


@pytest.mark.parametrize("level", [-50.0, -35.0, -20.0, -6.0, 0.0])
def test_a_steady_level_is_brought_to_the_target(level):
    chosen = GainSettings()
    factor = gains([level] * HOPS_PER_SECOND, chosen)[-1]
    assert level + decibels(factor) == pytest.approx(chosen.target_db, abs=0.01)


@given(st.floats(-50.0, 0.0), st.floats(0.1, 20.0))
def test_a_louder_stream_gets_no_more_gain(level, more):
    chosen = GainSettings()
    quiet, loud = gains([level] * 200, chosen), gains([level + more] * 200, chosen)
    assert (loud <= quiet).all()


def test_silence_is_not_blown_up():
    chosen = GainSettings()
    np.testing.assert_allclose(
        [decibels(f) for f in gains([-100.0] * 500, chosen)],
        chosen.target_db - chosen.floor_db,
        atol=1e-3,
    )


def test_it_rises_at_once_and_sinks_slowly():
    chosen = GainSettings()
    gain = Gain(chosen)
    for _ in range(round(5 * chosen.attack_s * HOPS_PER_SECOND)):
        gain.step(-10.0)
    assert gain.envelope_db == pytest.approx(-10.0, abs=1.0)
    before = gain.envelope_db
    for _ in range(HOPS_PER_SECOND):
        gain.step(-100.0)
    assert before - gain.envelope_db == pytest.approx(chosen.release_db_per_s, rel=1e-6)


def test_reset_forgets():
    gain = Gain(GainSettings())
    first = [gain.step(level) for level in (-10.0, -30.0, -50.0)]
    gain.reset()
    assert [gain.step(level) for level in (-10.0, -30.0, -50.0)] == first


@pytest.mark.parametrize("value", [None, "35", float("nan"), float("inf")])
def test_a_setting_that_is_no_number_is_refused_by_its_name(value):
    with pytest.raises(ValueError, match="most_db"):
        GainSettings(most_db=value)
