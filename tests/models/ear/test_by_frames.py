"""The ear: hop by hop, what the parts would say of the whole stream."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calibration import FEATURES, Calibration, emotion_features, sound_features
from models.ear.by_frames import (
    ANGRY,
    EVENT_HOPS,
    FEARFUL,
    IDLE_EVENT_HOPS,
    SMOOTHING,
    FrameEar,
)
from models.features.constants import HOP, MOST_HOPS
from models.features.frontend import FrontEnd
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.networks.weights import Weights
from models.sounds.groups import AROUND, GROUPS
from models.sounds.network import HEARD_HOPS, WINDOW
from models.sounds.student import Student, load

GATE = GateSettings(hangover=20)
pieces = st.lists(
    st.tuples(st.sampled_from([0.0, 5e-4, 0.05, 0.3]), st.integers(1, 80), st.integers(0, 2**16)),
    min_size=1,
    max_size=8,
)


def stream_of(drawn: list[tuple[float, int, int]]) -> np.ndarray:
    parts = [
        level * np.random.default_rng(seed).standard_normal(hops * HOP)
        for level, hops, seed in [(5e-4, 60, 1), *drawn]
    ]
    return np.clip(np.concatenate(parts), -1.0, 1.0).astype(np.float32)


def hops_of(stream: np.ndarray) -> np.ndarray:
    return stream.reshape(-1, HOP)


SPOKEN = stream_of([(0.1, 60, 2), (5e-4, 80, 3), (0.3, 40, 4), (0.0, 50, 0), (0.05, 100, 5)])


@pytest.fixture
def student() -> Student:
    return Student(load())


def heard(ear: FrameEar) -> list[float]:
    return [ear.distress, ear.infant, *ear.posterior, *ear.features, ear.is_open]


def test_every_step_is_what_torch_says_of_the_front_ends_frames(stored: Weights, network):
    ear = FrameEar(stored, None)
    metadata = stored.metadata
    front = FrontEnd(GateSettings(**metadata["gate"]), GainSettings(**metadata["gain"]))
    calibration = Calibration.of(metadata["calibration"]["voice"])
    hidden, posterior, figures = None, None, np.zeros(len(FEATURES), np.float32)
    opened = 0
    for hop in hops_of(SPOKEN):
        ear.step(hop)
        now, frames, _ = front.step(hop)
        if now.opened:
            hidden, posterior, opened = None, None, opened + 1
        for frame in frames:
            with torch.no_grad():
                logits, hidden = network(torch.from_numpy(frame.copy())[None, None], hidden)
            new = logits[0].softmax(-1).numpy()
            posterior = new if posterior is None else posterior + SMOOTHING * (new - posterior)
        assert ear.is_open == now.is_open
        expected = 0.0
        if now.is_open:
            np.testing.assert_allclose(ear.posterior, posterior, atol=1e-5)
            np.testing.assert_allclose(ear.logits, logits[0].numpy(), atol=1e-5)
            emotion_features(float(posterior[ANGRY] + posterior[FEARFUL]), figures)
            expected = calibration(figures)[0]
        assert ear.distress == pytest.approx(expected, abs=1e-5)
        assert ear.infant == 0.0, "only sound events tell of infants"
    assert opened >= 2, "the stream has more than one stretch"


@settings(max_examples=15)
@given(drawn=pieces)
def test_what_comes_out_are_probabilities_in_time(stored_weights, drawn):
    ear = FrameEar(stored_weights, None, GATE)
    for hop in hops_of(stream_of(drawn)):
        ear.step(hop)
        assert 0.0 <= ear.distress <= 1.0
        assert 0.0 <= ear.infant <= 1.0
        if ear.is_open:
            assert ear.posterior.sum() == pytest.approx(1.0, abs=1e-4)
            assert ear.posterior.min() >= 0.0


@settings(max_examples=15, deadline=None)
@given(drawn=pieces, seed=st.integers(0, 2**16))
def test_hops_that_are_expected_are_heard_as_each_alone(stored_weights, drawn, seed):
    hops = hops_of(stream_of(drawn))
    rng = np.random.default_rng(seed)
    alone, ahead = (FrameEar(stored_weights, Student(load()), GATE) for _ in range(2))
    at = 0
    while at < len(hops):
        some = hops[at : at + int(rng.integers(1, MOST_HOPS + 1))]
        ahead.expect(some)
        for hop in some:
            alone.step(hop)
            ahead.step(hop)
            assert heard(alone) == heard(ahead)
            assert alone.window == ahead.window
        at += len(some)
        if rng.random() < 0.1:
            alone.interrupt()
            ahead.interrupt()


@pytest.fixture(scope="module")
def stored_weights(weights_path: Path) -> Weights:
    from models.networks import weights

    return weights.load(weights_path)


def test_two_ears_hear_the_same(stored: Weights):
    one, other = FrameEar(stored, None), FrameEar(stored, None)
    for hop in hops_of(SPOKEN):
        one.step(hop)
        other.step(hop.copy())
        assert heard(one) == heard(other)


def test_an_interruption_before_the_first_hop_changes_nothing(stored: Weights):
    fresh, interrupted = FrameEar(stored, None), FrameEar(stored, None)
    interrupted.interrupt()
    for hop in hops_of(SPOKEN):
        fresh.step(hop)
        interrupted.step(hop)
        assert heard(fresh) == heard(interrupted)


def test_nothing_heard_before_an_interruption_goes_on_after_it(stored: Weights):
    ear, fresh = (FrameEar(stored, Student(load())) for _ in range(2))
    for hop in hops_of(SPOKEN)[:100]:
        ear.step(hop)
    assert ear.is_open
    ear.interrupt()
    assert not ear.is_open
    assert (ear.distress, ear.infant, ear.window) == (0.0, 0.0, None)
    for hop in hops_of(stream_of([(5e-4, 100, 3)])):
        ear.step(hop)
        fresh.step(hop)
        assert ear.window == fresh.window or ear.window.grouped == fresh.window.grouped
        assert ear.distress == fresh.distress


def test_a_new_stretch_owes_nothing_to_the_one_before(stored: Weights):
    # The gain remembers and the network does not: with the gain at its bound, both are alike.
    metadata = {**stored.metadata, "gain": {"most_db": 0.0}}
    plain = Weights(stored.tensors, metadata, stored.sha256)
    quiet, loud = [(5e-4, 300, 7)], [(0.2, 30, 8)]
    stretch = [(0.2, 30, 9)]
    ears = []
    for before in (quiet, loud):
        ear = FrameEar(plain, None)
        for hop in hops_of(stream_of([*before, (5e-4, 150, 10), *stretch])):
            ear.step(hop)
        assert ear.is_open
        ears.append(ear)
    np.testing.assert_allclose(ears[0].posterior, ears[1].posterior, atol=1e-6)


def test_the_gates_settings_may_be_overridden(stored: Weights):
    ear = FrameEar(stored, None, GateSettings(quietest_db=0.0))
    for hop in hops_of(SPOKEN):
        ear.step(hop)
        assert not ear.is_open


def test_level_and_floor_are_the_gates(stored: Weights):
    ear = FrameEar(stored, None)
    for hop in hops_of(SPOKEN):
        ear.step(hop)
    assert ear.level_db == pytest.approx(20 * np.log10(0.05), abs=1.0)
    assert ear.floor_db < ear.level_db


def test_without_sound_events_it_says_none(stored: Weights):
    ear = FrameEar(stored, None)
    for hop in hops_of(SPOKEN):
        ear.step(hop)
        assert ear.window is None
        assert not ear.ran_events
        assert not ear.features[2:].any()


def test_sound_events_hear_the_last_window_of_the_stream(stored: Weights, student: Student):
    ear = FrameEar(stored, student)
    whole = Student(load())
    padded = np.concatenate([np.zeros(WINDOW, np.float32), SPOKEN])
    runs = []
    for number, hop in enumerate(hops_of(SPOKEN), 1):
        ear.step(hop)
        assert ear.features.shape == (len(FEATURES),)
        if not ear.ran_events:
            continue
        runs.append(number)
        window, figures = ear.window, ear.features.copy()
        assert window.hop == number
        if number < HEARD_HOPS + 2:  # before that, the window begins with what was heard first
            continue
        whole.hear(padded[number * HOP : number * HOP + WINDOW], HEARD_HOPS)
        expected = np.zeros(len(FEATURES), np.float32)
        sound_features(whole.grouped, expected)
        np.testing.assert_allclose(figures[2:], expected[2:], atol=1e-3)
        assert window.grouped == pytest.approx(
            dict(zip(GROUPS, whole.grouped, strict=True)), abs=1e-4
        )
        assert window.around == pytest.approx(
            dict(zip(AROUND, whole.around, strict=True)), abs=1e-4
        )
        assert [name for name, _ in window.top][:1] == [name for name, _ in whole.top(1)]
        assert ear.infant == pytest.approx(whole.infant, abs=1e-4)
    assert all(number % EVENT_HOPS == 0 for number in runs)
    assert np.diff(runs).max() <= EVENT_HOPS, "no window here is idle"


def test_a_converters_offset_is_nothing_to_sound_events(stored: Weights):
    ear, offset = (FrameEar(stored, Student(load())) for _ in range(2))
    voice = np.float32(0.2) * stream_of([(0.1, 60, 2), (5e-4, 80, 3), (0.3, 40, 4), (0.05, 100, 5)])
    for hop in hops_of(voice):
        ear.step(hop)
        offset.step(hop + np.float32(0.05))
        assert offset.distress == pytest.approx(ear.distress, abs=0.01)
        if ear.window is not None:
            assert offset.window.grouped == pytest.approx(ear.window.grouped, abs=0.01)


def test_sound_events_rest_where_nothing_happens(stored: Weights, student: Student):
    ear = FrameEar(stored, student)
    runs = []
    for number in range(1, 401):
        ear.step(np.zeros(HOP, np.float32))
        if ear.ran_events:
            runs.append(number)
    assert runs == [*range(10, 100, EVENT_HOPS), *range(100, 401, IDLE_EVENT_HOPS)]


def test_it_needs_no_torch():
    heavy = ("torch", "torchaudio", "librosa", "sklearn")
    code = f"import sys, models.ear; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"
