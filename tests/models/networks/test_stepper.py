"""Frame by frame without torch equals the torch module."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.features.constants import HOPS_PER_SECOND
from models.networks import weights
from models.networks.emotion_lstm import EmotionLSTM
from models.networks.stepper import Stepper, softmax

WITHIN = 1e-5


def tensors_of(model: EmotionLSTM) -> dict[str, np.ndarray]:
    return {name: tensor.numpy().copy() for name, tensor in model.state_dict().items()}


def coefficients(rng: np.random.Generator, count: int) -> np.ndarray:
    """What a stream's coefficients look like: each drifts slowly, with loud and quiet parts."""
    noise = rng.standard_normal((count, 13)).astype(np.float32)
    for n in range(1, count):
        noise[n] += 0.9 * noise[n - 1]
    loud = np.repeat(rng.choice([-250.0, 0.0, 200.0], -(-count // 40)), 40)[:count]
    out = noise * np.float32(10.0)
    out[:, 0] += np.float32(-280.0) + loud.astype(np.float32)
    return out


def worst_difference(model: EmotionLSTM, features: np.ndarray, *, posterior: bool = False) -> float:
    """Largest difference of any logit, or of any posterior, at any step."""
    with torch.no_grad():
        theirs, _ = model.every_step(torch.from_numpy(features)[None])
    stepper = Stepper(tensors_of(model))
    ours = torch.from_numpy(np.array([stepper.step(frame).copy() for frame in features]))
    if posterior:
        ours, theirs = ours.softmax(-1), theirs.softmax(-1)
    return float((ours - theirs[0]).abs().max())


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("which", ["untrained", "shipped"])
def test_ten_minutes_of_carried_state_equal_torch(which, network):
    model = network
    if which == "shipped":
        if not weights.SHIPPED.is_file():
            pytest.skip("no trained weights are in the tree")
        model = EmotionLSTM().eval()
        stored = weights.load().tensors
        model.load_state_dict({name: torch.from_numpy(t) for name, t in stored.items()})
    # Coefficients as far apart as those that the network was standardised for.
    drawn = np.random.default_rng(1).standard_normal((10 * 60 * HOPS_PER_SECOND, 13))
    features = (model.mean.numpy() + drawn / model.scale.numpy()).astype(np.float32)
    # Trained logits are large, and both sides round them at float32: posteriors are compared.
    assert worst_difference(model, features, posterior=which == "shipped") < WITHIN


@settings(max_examples=20)
@given(st.integers(0, 2**20), st.integers(1, 60))
def test_any_network_and_any_frames_equal_torch(seed, count):
    torch.manual_seed(seed)
    model = EmotionLSTM().eval()
    rng = np.random.default_rng(seed)
    model.mean.copy_(torch.from_numpy(rng.normal(0, 100, 13)))
    model.scale.copy_(torch.from_numpy(rng.uniform(0.01, 0.1, 13)))
    features = (model.mean.numpy() + rng.normal(0, 30, (count, 13))).astype(np.float32)
    assert worst_difference(model, features) < WITHIN


@pytest.mark.parametrize(("layers", "hidden", "classes", "inputs"), [(1, 16, 3, 13), (3, 8, 2, 5)])
def test_other_sizes_equal_torch(layers, hidden, classes, inputs):
    torch.manual_seed(2)
    model = EmotionLSTM(inputs, hidden, layers, classes).eval()
    features = np.random.default_rng(2).standard_normal((30, inputs)).astype(np.float32)
    assert worst_difference(model, features) < WITHIN
    stepper = Stepper(tensors_of(model))
    assert (stepper.input_size, stepper.classes) == (inputs, classes)


@pytest.fixture(scope="module")
def shipped() -> dict[str, np.ndarray]:
    """The tensors of the weights that come along."""
    return weights.load().tensors


def test_reset_begins_again(network):
    features = coefficients(np.random.default_rng(3), 50)
    stepper = Stepper(tensors_of(network))
    first = [stepper.step(frame).copy() for frame in features]
    went_on = stepper.step(features[0]).copy()
    stepper.reset()
    again = [stepper.step(frame).copy() for frame in features]
    np.testing.assert_array_equal(again, first)
    assert not np.array_equal(went_on, first[0]), "without a reset the state is carried"


@given(st.lists(st.integers(1, 45), min_size=1, max_size=6))
def test_frames_taken_in_at_once_give_what_each_gives_alone(shipped, counts):
    frames = coefficients(np.random.default_rng(6), sum(counts))
    alone, at_once = Stepper(shipped), Stepper(shipped)
    expected = np.array([alone.step(frame) for frame in frames])
    found = [at_once.run(part) for part in np.split(frames, np.cumsum(counts)[:-1])]
    np.testing.assert_array_equal(np.concatenate(found), expected)
    np.testing.assert_array_equal(softmax(expected), [softmax(row) for row in expected])


def test_two_steppers_share_nothing(network):
    features = coefficients(np.random.default_rng(4), 20)
    tensors = tensors_of(network)
    one, other = Stepper(tensors), Stepper(tensors)
    alone = [one.step(frame).copy() for frame in features]
    one.reset()
    for frame, expected in zip(features, alone, strict=True):
        other.step(frame[::-1])
        np.testing.assert_array_equal(one.step(frame), expected)


def test_frames_and_weights_are_left_as_they_were(network):
    tensors = tensors_of(network)
    before = {name: tensor.copy() for name, tensor in tensors.items()}
    frame = coefficients(np.random.default_rng(5), 1)[0]
    kept = frame.copy()
    Stepper(tensors).step(frame)
    np.testing.assert_array_equal(frame, kept)
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(tensor, before[name])


@given(arrays(np.float32, 8, elements=st.floats(-500.0, 500.0, width=32)))
def test_softmax_is_torchs(logits):
    ours = softmax(logits)
    np.testing.assert_allclose(ours, torch.from_numpy(logits).softmax(-1).numpy(), atol=1e-6)
    assert ours.sum() == pytest.approx(1.0, abs=1e-5)
