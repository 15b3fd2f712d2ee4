"""Two channels as one: whichever way round they are wired, and without a click."""

import numpy as np
import pytest

from daemon.audio.downmix import EVERY, LOOKS, Downmix

RATE = 16_000


def blocks(stereo: np.ndarray, rate: int = RATE) -> list[np.ndarray]:
    return list(stereo.astype(np.float32).reshape(-1, rate // 100, 2))


def mixed(downmix: Downmix, stereo: np.ndarray, rate: int = RATE) -> np.ndarray:
    out = [np.empty(rate // 100, np.float32) for _ in blocks(stereo, rate)]
    for frames, samples in zip(blocks(stereo, rate), out, strict=True):
        assert downmix.mix(frames, samples) == 0
    return np.concatenate(out)


def voice(seconds: float, rate: int = RATE, level: float = 0.3) -> np.ndarray:
    """Deep and rough, as voices are."""
    time = np.arange(round(seconds * rate)) / rate
    tones = sum(
        np.sin(2 * np.pi * 130 * n * time * (1 + 0.02 * np.sin(time))) / n for n in range(1, 20)
    )
    return level / 2 * np.asarray(tones)


def noise(seconds: float, seed: int, level: float = 1e-3) -> np.ndarray:
    return level * np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def loudness(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-9))


@pytest.mark.parametrize("other", [1.0, 0.25, 4.0])
def test_where_one_is_upside_down_the_louder_is_heard_alone_once_it_was_noticed(
    other: float,
) -> None:
    one = voice(4.0) / 4
    wrong = np.stack([one + noise(4.0, 1), -other * one + noise(4.0, 2)], axis=1)
    downmix = Downmix(2)
    heard = mixed(downmix, wrong)
    assert downmix.inverted
    noticed = (LOOKS * EVERY + 1) * RATE // 100
    assert loudness(heard[noticed:]) == pytest.approx(
        loudness(wrong[noticed:].T[int(other > 1)]), abs=0.1
    )
    if other == 1.0:
        assert loudness(heard[: noticed // 2]) < loudness(one[: noticed // 2]) - 30


def test_a_pair_that_is_opposite_for_a_while_only_is_heard_meanwhile() -> None:
    one = voice(3.0)
    opposite, straight = np.stack([one, -one], axis=1), np.stack([one, one], axis=1)
    downmix = Downmix(2)
    mixed(downmix, opposite)
    assert downmix.inverted
    heard = mixed(downmix, straight[:RATE])
    assert loudness(heard) == pytest.approx(loudness(one[:RATE]), abs=0.1)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_there_is_no_click_when_it_is_noticed(rate: int) -> None:
    one = 0.5 * np.sin(2 * np.pi * 200 * np.arange(3 * rate) / rate)
    downmix = Downmix(2)
    heard = mixed(downmix, np.stack([one, -0.5 * one], axis=1), rate)
    assert downmix.inverted
    assert np.abs(np.diff(heard)).max() <= 1.5 * np.abs(np.diff(0.75 * one)).max()


def test_a_pair_that_was_taken_for_opposite_is_taken_straight_again() -> None:
    one = voice(4.0)
    downmix = Downmix(2)
    mixed(downmix, np.stack([one, -one], axis=1))
    mixed(downmix, silence(0.5))
    heard = mixed(downmix, np.stack([one, one], axis=1))
    assert not downmix.inverted
    assert loudness(heard[2 * RATE :]) == pytest.approx(loudness(one), abs=0.5)


def alarm(seconds: float) -> np.ndarray:
    """A smoke alarm's tone, in opposite phase at two capsules, on a low hum."""
    time = np.arange(round(seconds * RATE)) / RATE
    tone, hum = 0.3 * np.sin(2 * np.pi * 3_100 * time), 0.003 * np.sin(2 * np.pi * 100 * time)
    return np.stack([tone + hum, -tone + hum], axis=1)


def offset(seconds: float) -> np.ndarray:
    return np.stack([0.1 + noise(seconds, 3), -0.1 + noise(seconds, 4)], axis=1)


def one_dead(seconds: float) -> np.ndarray:
    return np.stack([voice(seconds), noise(seconds, 5, 1e-5)], axis=1)


def apart(seconds: float) -> np.ndarray:
    """The same voice 15 cm later in the other capsule."""
    one = voice(seconds)
    return np.stack([one, np.roll(one, 7)], axis=1)


def cry(seconds: float) -> np.ndarray:
    """An infant's, 42 cm later in the other capsule: opposite there, but for overtones."""
    time = np.arange(round(seconds * RATE)) / RATE
    late = time - 0.42 / 343
    return np.stack(
        [sum(0.1 / n * np.sin(2 * np.pi * 410 * n * at) for n in (1, 2, 3)) for at in (time, late)],
        axis=1,
    )


def silence(seconds: float) -> np.ndarray:
    return np.zeros((round(seconds * RATE), 2))


def uncorrelated(seconds: float) -> np.ndarray:
    return np.stack([noise(seconds, 6), noise(seconds, 7)], axis=1)


@pytest.mark.parametrize("sound", [alarm, offset, one_dead, apart, cry, silence, uncorrelated])
def test_what_two_capsules_may_well_hear_stays_their_mean(sound) -> None:
    stereo = sound(30.0)
    downmix = Downmix(2)
    heard = mixed(downmix, stereo)
    assert not downmix.inverted
    np.testing.assert_allclose(heard, stereo.mean(axis=1), atol=1e-6)


def test_samples_that_are_no_numbers_are_silence_and_turn_nothing() -> None:
    frames = np.full((160, 2), np.nan, np.float32)
    frames[:, 1] = -np.inf
    downmix, out = Downmix(2), np.empty(160, np.float32)
    for _ in range(2 * LOOKS * EVERY):
        assert downmix.mix(frames, out) == 160
        assert not out.any()
    assert not downmix.inverted


@pytest.mark.parametrize("channels", [1, 3])
def test_other_numbers_of_channels_are_their_mean(channels: int) -> None:
    frames = np.random.default_rng(8).uniform(-1, 1, (160, channels)).astype(np.float32)
    downmix, out = Downmix(channels), np.empty(160, np.float32)
    for _ in range(2 * LOOKS * EVERY):
        downmix.mix(frames, out)
    np.testing.assert_allclose(out, frames.mean(axis=1), atol=1e-6)


def hum(seconds: float) -> np.ndarray:
    """What wires catch: -60 dB under full scale, and there all the time."""
    return 1e-3 * np.sin(2 * np.pi * 100 * np.arange(round(seconds * RATE)) / RATE)


def scream(seconds: float) -> np.ndarray:
    """High: nothing of it is where the channels are compared."""
    time = np.arange(round(seconds * RATE)) / RATE
    return 0.2 * np.sin(2 * np.pi * 1_250 * time + 20 * np.sin(2 * np.pi * 5 * time))


@pytest.mark.parametrize("wired", [1, -1])
def test_a_hum_in_the_wires_that_is_the_other_way_round_silences_nobody(wired: int) -> None:
    sound = np.concatenate([np.zeros(10 * RATE), voice(3.0), np.zeros(30 * RATE), scream(2.0)])
    caught = hum(45.0)
    downmix = Downmix(2)
    heard = mixed(downmix, np.stack([sound + caught, wired * (sound - caught)], axis=1))
    assert downmix.inverted == (wired < 0)
    assert loudness(heard[-2 * RATE :]) == pytest.approx(loudness(scream(2.0)), abs=0.5)
