"""The gate opens for what stands out, at once, and shuts on what stays the same."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.features.constants import HOP, HOPS_PER_SECOND, SAMPLE_RATE
from models.features.gate import SILENCE_DB, Gate, GateSettings
from models.training.streams import coloured_noise

SETTINGS = GateSettings()
QUIET_HOPS = 3 * HOPS_PER_SECOND


def at(level_db: float, samples: np.ndarray) -> np.ndarray:
    rms = np.sqrt(np.mean(samples.astype(np.float64) ** 2))
    return (samples * (10.0 ** (level_db / 20.0) / rms)).astype(np.float32)


def room(seed: int, hops: int, level_db: float = -65.0) -> np.ndarray:
    if level_db <= SILENCE_DB:
        return np.zeros(hops * HOP, np.float32)
    return at(level_db, coloured_noise(np.random.default_rng(seed), hops * HOP, 1.0))


def voiced(seed: int, hops: int, hertz: float) -> np.ndarray:
    """Harmonics of a voice's pitch, falling by 6 dB an octave, with its small irregularities."""
    rng = np.random.default_rng(seed)
    pitch = hertz * (1.0 + 0.02 * np.cumsum(rng.standard_normal(hops * HOP)) / SAMPLE_RATE)
    phase = 2.0 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    return sum(np.sin(k * phase) / k for k in range(1, int(7000 / hertz)))


def states(stream: np.ndarray, chosen: GateSettings = SETTINGS) -> np.ndarray:
    gate = Gate(chosen)
    return np.array([gate.step(hop) for hop in stream.reshape(-1, HOP)])


@settings(max_examples=40)
@given(
    st.integers(0, 2**20),
    st.sampled_from([SILENCE_DB, -75.0, -65.0, -55.0]),
    st.floats(-35.0, -3.0),
    st.one_of(st.none(), st.floats(120.0, 900.0)),
    st.integers(0, HOP - 1),
)
def test_a_loud_onset_opens_within_a_tenth_of_a_second(seed, behind, level, pitch, within_hop):
    sound = np.random.default_rng(seed).standard_normal(30 * HOP)
    if pitch is not None:
        sound = voiced(seed, 30, pitch)
    stream = room(seed, QUIET_HOPS + 40, behind)
    start = QUIET_HOPS * HOP + within_hop
    stream[start : start + len(sound)] += at(level, sound)
    opened = states(np.clip(stream, -1.0, 1.0))
    assert not opened[:QUIET_HOPS].any()
    assert opened[QUIET_HOPS : QUIET_HOPS + 11].any()


@pytest.mark.parametrize("level", [-60.0, -45.0, -30.0, -15.0])
@pytest.mark.parametrize("exponent", [0.0, 1.0], ids=["white", "pink"])
def test_steady_noise_keeps_it_shut(exponent, level):
    rng = np.random.default_rng(17)
    noise = at(level, coloured_noise(rng, 60 * SAMPLE_RATE, exponent))
    assert states(np.clip(noise, -1.0, 1.0)).mean() <= 0.05


@pytest.mark.parametrize("level", [-70.0, -64.0])
def test_nothing_below_the_quietest_level_opens_it(level):
    faint = at(level, np.random.default_rng(3).standard_normal(300 * HOP))
    stream = np.concatenate([np.zeros(QUIET_HOPS * HOP, np.float32), faint])
    assert not states(stream).any()
    assert states(stream, replace(SETTINGS, quietest_db=-80.0)).any(), "it is only too quiet"


def test_silence_never_opens_it():
    assert not states(np.zeros(500 * HOP, np.float32)).any()


@pytest.mark.parametrize(("clicks", "opens"), [(1, False), (2, False), (3, True)])
def test_so_many_active_hops_open_it(clicks, opens):
    stream = room(8, QUIET_HOPS + 100, -75.0)
    stream[(QUIET_HOPS + np.arange(clicks)) * HOP + 20] += 0.5
    assert states(stream).any() == opens


def burst(hops: int) -> np.ndarray:
    stream = room(5, QUIET_HOPS + hops + 300, -75.0)
    stream[QUIET_HOPS * HOP : (QUIET_HOPS + hops) * HOP] += at(-20.0, voiced(5, hops, 250.0))
    return stream


def closing(stream: np.ndarray, chosen: GateSettings) -> int:
    return int(np.flatnonzero(states(stream, chosen))[-1]) + 1


@given(st.integers(1, 100), st.integers(1, 200))
def test_it_closes_a_hangover_after_the_last_hop_of_sound(hops, hangover):
    last = QUIET_HOPS + 10 + hops - 1
    assert closing(burst(10 + hops), replace(SETTINGS, hangover=hangover)) == last + hangover


def test_a_short_pause_does_not_close_it():
    stream = burst(50)
    pause = (QUIET_HOPS + 50 + SETTINGS.hangover - 10) * HOP
    stream[pause : pause + 50 * HOP] += at(-20.0, voiced(6, 50, 250.0))
    opened = np.flatnonzero(states(stream))
    assert (np.diff(opened) == 1).all()


def test_a_noise_that_begins_and_stays_becomes_the_floor():
    hum = at(-25.0, np.random.default_rng(2).standard_normal(20 * SAMPLE_RATE))
    opened = states(np.concatenate([room(2, QUIET_HOPS), hum]))[QUIET_HOPS:]
    assert opened[:11].any(), "it is an event when it begins"
    soon = round((SETTINGS.floor_s + 2.0) * HOPS_PER_SECOND) + SETTINGS.hangover
    assert not opened[soon:].any(), "and the room's sound once it has lasted"


def test_rumble_neither_opens_it_nor_hides_a_voice():
    seconds = 6
    rumble = 0.02 * np.sin(2.0 * np.pi * 25.0 * np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE)
    stream = (rumble + room(4, seconds * HOPS_PER_SECOND)).astype(np.float32)
    assert not states(stream).any()
    start = 4 * HOPS_PER_SECOND
    stream[start * HOP : (start + 60) * HOP] += at(-28.0, voiced(4, 60, 300.0))
    assert states(stream)[start : start + 11].any()


@given(st.integers(0, 2**20), st.integers(0, 500))
def test_what_comes_later_changes_nothing_before(seed, end):
    stream = burst(50 + seed % 100)
    np.testing.assert_array_equal(states(stream[: end * HOP]), states(stream)[:end])


@given(st.floats(-90.0, 0.0))
def test_the_level_is_the_hops_loudness(level):
    gate = Gate(SETTINGS)
    signs = np.tile([1.0, -1.0], HOP // 2)
    gate.step((10.0 ** (level / 20.0) * signs).astype(np.float32))
    assert gate.level_db == pytest.approx(level, abs=0.5)


def test_samples_beyond_full_scale_are_heard_as_full_scale():
    loud = room(9, QUIET_HOPS + 30)
    loud[QUIET_HOPS * HOP :] += 4.0 * voiced(9, 30, 200.0).astype(np.float32)
    assert states(loud)[QUIET_HOPS : QUIET_HOPS + 11].any()
