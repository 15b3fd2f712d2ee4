import numpy as np
import pytest

from models.features.constants import HOP, HOPS_PER_SECOND
from models.features.offset import LEAST, Offset

SECOND = HOPS_PER_SECOND


def noise(seconds: float, level: float = 0.01) -> np.ndarray:
    samples = np.random.default_rng(1).standard_normal((round(seconds * SECOND), HOP))
    return (level * samples).astype(np.float32)


@pytest.mark.parametrize("constant", [0.5, 0.02, -0.3])
def test_a_constant_goes_at_once_and_nothing_else(constant):
    sound = noise(2)
    heard = Offset().without(sound + np.float32(constant))
    np.testing.assert_allclose(heard, sound, atol=2e-3)


def test_sound_without_one_is_heard_as_it_is():
    sound = noise(20, 0.005)
    assert Offset().without(sound) is sound


def test_a_loud_sound_is_no_offset():
    offset = Offset()
    rumble = 0.5 * np.sin(2 * np.pi * 20 * np.arange(10 * 16_000) / 16_000)
    hops = rumble.astype(np.float32).reshape(-1, HOP)
    offset.without(hops)
    assert offset.without(hops) is hops


def test_it_is_the_same_however_many_hops_come_at_once():
    sound = noise(3) + np.float32(0.1)
    one, several = Offset(), Offset()
    alone = np.concatenate([one.without(hop[None]) for hop in sound])
    together = np.concatenate([several.without(sound[at : at + 20]) for at in range(0, 300, 20)])
    np.testing.assert_array_equal(alone, together)


def test_digital_silence_stays_what_it_is():
    offset = Offset()
    offset.without(noise(1) + np.float32(0.1))
    silence = np.zeros((SECOND, HOP), np.float32)
    assert offset.without(silence) is silence
    np.testing.assert_allclose(offset.without(noise(1) + np.float32(0.1)), noise(1), atol=2e-3)


def test_another_converter_has_another_one():
    offset = Offset()
    offset.without(noise(20) + np.float32(0.1))
    offset.forget()
    sound = noise(1, LEAST / 10)
    assert offset.without(sound) is sound
