"""What the network steps through: the gated frames, under the gain as it stood, and no others."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.features.conditioning import OFFSET_IGNORED, OFFSET_RATE
from models.features.constants import FRAME, HOP, MOST_HOPS
from models.features.frontend import FrontEnd
from models.features.gain import GainSettings, gains
from models.features.gate import Gate, GateSettings
from models.features.mfcc import N_MFCC, MfccExtractor

GATE = GateSettings(hangover=12)
GAIN = GainSettings()

pieces = st.lists(
    st.tuples(
        st.sampled_from(["zeros", "faint", "room", "burst", "tone"]),
        st.integers(1, 150),
        st.integers(0, 2**16),
    ),
    min_size=1,
    max_size=12,
)


def stream_of(drawn: list[tuple[str, int, int]]) -> np.ndarray:
    made = []
    for kind, hops, seed in drawn:
        noise = np.random.default_rng(seed).standard_normal(hops * HOP)
        tone = np.sin(np.arange(hops * HOP) * (0.01 + seed % 50 / 50))
        level = {"zeros": 0.0, "faint": 1e-5, "room": 5e-4, "burst": 0.1, "tone": 0.2}[kind]
        made.append(level * (tone if kind == "tone" else noise))
    return np.clip(np.concatenate(made), -1.0, 1.0).astype(np.float32)


def without_offset(stream: np.ndarray) -> np.ndarray:
    """The stream without the constant that its hops' means tend to; digital silence stays."""
    offset, found = None, []
    for hop in stream.reshape(-1, HOP):
        mean = float(np.add.reduce(hop)) / HOP
        if hop.any():
            offset = mean if offset is None else offset
            offset += OFFSET_RATE * (mean - offset)
        ignored = offset is None or abs(offset) < OFFSET_IGNORED or not hop.any()
        found.append(hop if ignored else hop - np.float32(offset))
    return np.concatenate(found)


def expected(stream: np.ndarray, gate: GateSettings, gain: GainSettings) -> list[np.ndarray]:
    """The frames of every hop, said from the whole stream instead of hop by hop."""
    stream = without_offset(stream)
    hops = stream.reshape(-1, HOP)
    watch = Gate(gate)
    is_open, levels = [], []
    for hop in hops:
        is_open.append(watch.step(hop))
        levels.append(watch.level_db)
    factors = gains(levels, gain)
    padded = np.concatenate([np.zeros(FRAME - HOP, np.float32), stream])
    found = []
    for n in range(len(hops)):
        opened = is_open[n] and not (n and is_open[n - 1])
        first = max(0, n - gate.preroll) if opened else n
        wanted = range(first, n + 1) if is_open[n] else range(0)
        frames = [padded[k * HOP : k * HOP + FRAME] * factors[k] for k in wanted]
        kept = [frame for frame in frames if frame.any()]
        found.append(np.array(kept, np.float32).reshape(-1, FRAME))
    return found


@settings(max_examples=20)
@given(pieces)
def test_frames_and_features_are_those_of_the_whole_stream(drawn):
    stream = stream_of(drawn)
    front = FrontEnd(GATE, GAIN)
    for hop, frames in zip(stream.reshape(-1, HOP), expected(stream, GATE, GAIN), strict=True):
        heard = front.step(hop)
        assert heard.features.shape == (len(frames), N_MFCC)
        np.testing.assert_allclose(heard.frames, frames, rtol=1e-6)
        np.testing.assert_array_equal(heard.features, MfccExtractor()(heard.frames))


def test_a_constant_offset_makes_no_difference_to_what_is_heard():
    stream = stream_of([("room", 400, 1), ("burst", 60, 2), ("room", 100, 3)])
    plain, offset = FrontEnd(GATE, GAIN), FrontEnd(GATE, GAIN)
    for hop in stream.reshape(-1, HOP):
        a, b = plain.step(hop), offset.step(hop + np.float32(0.02))
        assert a.conditioned.is_open == b.conditioned.is_open
        assert len(a.features) == len(b.features)


def test_a_long_stretch_is_one_stream_over_every_move_of_the_buffer():
    rng = np.random.default_rng(12)
    loud = rng.standard_normal((20, 30 * HOP)) * rng.choice([0.02, 0.3], (20, 1))
    stream = np.concatenate([stream_of([("room", 300, 1)]), np.clip(loud, -1, 1).ravel()])
    stream = stream.astype(np.float32)
    front = FrontEnd(GATE, GAIN)
    stepped = 0
    for hop, frames in zip(stream.reshape(-1, HOP), expected(stream, GATE, GAIN), strict=True):
        heard = front.step(hop)
        stepped += len(heard.features)
        np.testing.assert_allclose(heard.frames, frames, rtol=1e-6)
    assert stepped > 5 * FrontEnd.SLACK, "the gate was open while the buffer moved"


@pytest.mark.parametrize("preroll", [0, 1, 20])
def test_opening_brings_the_preroll_and_then_one_frame_a_hop(preroll):
    chosen = GateSettings(preroll=preroll)
    front = FrontEnd(chosen, GAIN)
    counts, opened = [], []
    for hop in stream_of([("room", 300, 1), ("burst", 60, 2)]).reshape(-1, HOP):
        heard = front.step(hop)
        counts.append(len(heard.features))
        opened.append(heard.conditioned.opened)
    (at,) = np.flatnonzero(opened)
    assert 300 <= at <= 310
    assert not any(counts[:at])
    assert counts[at] == preroll + 1
    assert set(counts[at + 1 :]) == {1}


def test_nothing_comes_out_while_it_is_closed():
    front = FrontEnd(GATE, GAIN)
    for hop in stream_of([("room", 400, 3), ("zeros", 50, 0), ("faint", 100, 1)]).reshape(-1, HOP):
        heard = front.step(hop)
        assert heard.features.shape == (0, N_MFCC)
        assert not heard.conditioned.opened


def test_digital_silence_is_skipped_before_a_sound_and_inside_a_stretch():
    front = FrontEnd(GateSettings(), GAIN)
    stream = stream_of([("zeros", 300, 0), ("burst", 20, 2), ("zeros", 30, 0), ("burst", 5, 3)])
    heard = [front.step(hop) for hop in stream.reshape(-1, HOP)]
    counts = np.array([len(one.features) for one in heard])
    at = int(np.flatnonzero(counts)[0])
    assert counts[at] == at - 300 + 1, "frames of zeros in the pre-roll are left out"
    # A frame reaches two and a half hops back: two more hops still see the burst.
    assert list(counts[320:326]) == [1, 1, 0, 0, 0, 0]
    assert heard[-1].conditioned.is_open
    assert counts[350] == 1


@given(pieces, st.integers(0, 600))
@settings(max_examples=15)
def test_what_comes_later_changes_nothing_before(drawn, end):
    hops = stream_of(drawn).reshape(-1, HOP)
    whole, part = FrontEnd(GATE, GAIN), FrontEnd(GATE, GAIN)
    before = [whole.step(hop).features for hop in hops][:end]
    for features, hop in zip(before, hops[:end], strict=True):
        np.testing.assert_array_equal(part.step(hop).features, features)


@given(pieces, st.lists(st.integers(1, MOST_HOPS), min_size=1), st.sampled_from([0.0, 0.01]))
@settings(max_examples=10)
def test_hops_that_come_together_are_heard_as_each_alone(drawn, sizes, offset):
    hops = (stream_of(drawn) + np.float32(offset)).reshape(-1, HOP)
    chosen = replace(GATE, hangover=2)
    alone, together = FrontEnd(chosen, GAIN), FrontEnd(chosen, GAIN)
    sizes_for_ever, at = itertools.cycle(sizes), 0
    while at < len(hops):
        some = hops[at : at + next(sizes_for_ever)]
        at += len(some)
        for hop, heard in zip(some, together.run(some), strict=True):
            expected = alone.step(hop)
            assert heard.conditioned[1:] == expected.conditioned[1:]
            np.testing.assert_array_equal(heard.conditioned.samples, expected.conditioned.samples)
            np.testing.assert_array_equal(heard.features, expected.features)
            np.testing.assert_array_equal(heard.frames, expected.frames)
