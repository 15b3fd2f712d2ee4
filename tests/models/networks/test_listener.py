"""The listener in numpy says block by block what the torch module says of the whole."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.features.logmel import N_MEL
from models.networks.listener import BLOCK, EMBEDDING, Listener
from models.networks.listener_stepper import ListenerStepper


def listener(seed: int) -> Listener:
    torch.manual_seed(seed)
    made = Listener(channels=24, memory=20, inner=12).eval()
    made.mean.copy_(torch.randn(N_MEL))
    made.scale.copy_(torch.rand(N_MEL) + 0.5)
    return made


def stepper_of(module: Listener) -> ListenerStepper:
    return ListenerStepper({name: value.numpy() for name, value in module.state_dict().items()})


@given(present=st.lists(st.booleans(), min_size=1, max_size=12), seed=st.integers(0, 2**16))
def test_block_by_block_is_the_whole_at_once(present: list[bool], seed: int) -> None:
    module = listener(seed)
    rng = np.random.default_rng(seed)
    blocks = len(present)
    mel = rng.standard_normal((blocks * BLOCK, N_MEL)).astype(np.float32)
    embedding = rng.random((blocks, EMBEDDING), np.float32)
    there = torch.tensor(present, dtype=torch.float32)[None]
    with torch.no_grad():
        whole = module(torch.from_numpy(mel)[None], torch.from_numpy(embedding)[None], there)
    stepper = stepper_of(module)
    for block, is_there in enumerate(present):
        stepper.step(
            mel[block * BLOCK : (block + 1) * BLOCK], embedding[block] if is_there else None
        )
        np.testing.assert_allclose(stepper.outcome, whole.outcome[0, block], atol=1e-5)
        np.testing.assert_allclose(stepper.emotion, whole.emotion[0, block], atol=1e-5)
        np.testing.assert_allclose(stepper.scores, whole.scores[0, block], atol=1e-5)


def test_nothing_of_the_last_stretch_is_left_after_a_reset() -> None:
    stepper, fresh = stepper_of(listener(3)), stepper_of(listener(3))
    rng = np.random.default_rng(1)
    for _ in range(8):
        stepper.step(rng.standard_normal((BLOCK, N_MEL)).astype(np.float32), None)
    stepper.reset()
    mel = rng.standard_normal((BLOCK, N_MEL)).astype(np.float32)
    stepper.step(mel, None)
    fresh.step(mel, None)
    np.testing.assert_array_equal(stepper.outcome, fresh.outcome)
    np.testing.assert_array_equal(stepper.scores, fresh.scores)


def test_a_missing_embedding_is_not_one_of_zeros() -> None:
    missing, zeros = stepper_of(listener(4)), stepper_of(listener(4))
    mel = np.zeros((BLOCK, N_MEL), np.float32)
    missing.step(mel, None)
    zeros.step(mel, np.zeros(EMBEDDING, np.float32))
    assert np.abs(missing.outcome - zeros.outcome).max() > 0.0
