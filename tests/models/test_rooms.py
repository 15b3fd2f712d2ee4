"""Rooms that reverberate as long as they say."""

import numpy as np
import pytest

from models.features.constants import SAMPLE_RATE
from models.rooms import Room, reverberate


def decay_s(response, fall_db=20.0):
    """Time in which Schroeder's integral falls from −5 by ``fall_db``, extrapolated to 60 dB."""
    energy = np.cumsum(response[::-1].astype(np.float64) ** 2)[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-12)
    begin, end = np.argmax(level < -5), np.argmax(level < -5 - fall_db)
    return (end - begin) / SAMPLE_RATE * 60 / fall_db


@pytest.mark.parametrize("rt60", [0.25, 0.5])
def test_sound_decays_in_the_time_that_the_room_is_said_to_have(rt60):
    room = Room((5.0, 4.0, 2.6), rt60, (2.0, 1.5, 1.0))
    response = room.response(np.random.default_rng(1))
    assert decay_s(response) == pytest.approx(rt60, rel=0.35)


def test_the_direct_sound_comes_first_and_at_once():
    for seed in range(10):
        rng = np.random.default_rng(seed)
        response = Room.drawn(rng).response(rng)
        assert np.isfinite(response).all()
        assert np.abs(response[:32]).max() == 1.0
        assert len(response) < 2 * SAMPLE_RATE


def test_a_seed_gives_the_same_room_and_response():
    one, other = (np.random.default_rng(3) for _ in range(2))
    room = Room.drawn(one)
    assert room == Room.drawn(other)
    np.testing.assert_array_equal(room.response(one), room.response(other))


def test_reverberation_keeps_what_was_said_and_adds_a_tail():
    click = np.zeros(100, np.float32)
    click[10] = 1.0
    response = np.array([1.0, 0.0, 0.5], np.float32)
    wet = reverberate(click, response)
    assert len(wet) == 102
    np.testing.assert_allclose(wet[[10, 12]], [1.0, 0.5], atol=1e-6)
