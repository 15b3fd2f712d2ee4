"""The ear of the listener: what training cuts out of a stream is what it hears."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.ear import make_ear
from models.ear.by_blocks import CATCH_UP, LINGER_HOPS, BlockEar
from models.ear.by_frames import FrameEar
from models.errors import ModelError
from models.features.constants import HOP
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.networks import weights
from models.networks.listener import BLOCK, Listener
from models.networks.weights import Weights
from models.sounds.groups import GROUPS
from models.sounds.yamnet import Yamnet
from models.training.listener.stretches import BLOCK_SAMPLES, Stretch, stretches
from models.training.mixtures import Mixture

QUIET, LOUD = 1e-3, 0.2


def stream(*parts: tuple[float, float], seed: int = 1) -> np.ndarray:
    """Noise of the given levels and seconds, rising at once: it opens the gate."""
    rng = np.random.default_rng(seed)
    made = [level * rng.standard_normal(int(seconds * 100) * HOP) for level, seconds in parts]
    whole = np.concatenate(made).astype(np.float32)
    return np.clip(whole - whole.mean(), -1.0, 1.0)


SCENE = stream((QUIET, 2.0), (LOUD, 1.0), (QUIET, 4.0), (LOUD, 0.7), (QUIET, 1.0))


def heard(ear: BlockEar, samples: np.ndarray) -> list[tuple[float, float]]:
    """Distress and infant at the end of each block."""
    found = []
    for number, hop in enumerate(samples.reshape(-1, HOP)):
        ear.step(hop)
        if (number + 1) % BLOCK == 0:
            found.append((ear.distress, ear.infant))
    return found


def said(module: Listener, stretch: Stretch, *, embedded: bool) -> np.ndarray:
    """The module's probabilities of distress and of an infant, (blocks, 2)."""
    present = torch.zeros(len(stretch))
    present[stretch.present_from :] = float(embedded)
    embedding = torch.from_numpy(stretch.embedding.astype(np.float32))
    with torch.no_grad():
        found = module(
            torch.from_numpy(stretch.mel.astype(np.float32))[None],
            (embedding * present[:, None])[None],
            present[None],
        )
    return found.outcome[0].softmax(-1)[:, 1:].numpy()


@pytest.mark.parametrize("embedded", [True, False])
def test_it_hears_what_training_cuts_out(
    listener: Weights, module: Listener, yamnet: Yamnet, embedded: bool
) -> None:
    def hearing(window: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        scores = yamnet(window)
        return yamnet.embedding(), scores

    found = stretches("a", Mixture(SCENE, 0, 0), hearing, GateSettings(), GainSettings())
    assert len(found) == 2
    by_block = heard(BlockEar(listener, yamnet if embedded else None), SCENE)
    covered = 0
    for stretch in found:
        ends = stretch.since_onset // BLOCK_SAMPLES - 1
        listens = slice(stretch.present_from, None)
        np.testing.assert_allclose(
            np.array(by_block)[ends[listens]],
            said(module, stretch, embedded=embedded)[listens],
            atol=0.05,  # the stretches are kept in half precision
        )
        covered += len(ends[listens])
    silent = [pair for pair in by_block if pair == (0.0, 0.0)]
    assert covered + len(silent) == len(by_block)
    assert covered > 20
    assert len(silent) > 20


def test_before_the_gate_opens_nothing_is_asked_of_the_networks(listener: Weights) -> None:
    ear = BlockEar(listener, None)
    assert set(heard(ear, stream((QUIET, 3.0)))) == {(0.0, 0.0)}
    assert ear.window is None
    assert not ear.is_open


def test_listening_lingers_for_a_window_and_ends(listener: Weights) -> None:
    ear = BlockEar(listener, None)
    opened = closed_for = listening = 0
    for hop in stream((QUIET, 2.0), (LOUD, 0.5), (QUIET, 6.0)).reshape(-1, HOP):
        ear.step(hop)
        opened += ear.is_open
        closed_for = 0 if ear.is_open else closed_for + 1
        if opened and closed_for <= LINGER_HOPS:
            listening += ear.window is not None
        elif opened and closed_for > LINGER_HOPS + BLOCK:
            assert ear.window is None
            assert ear.distress == 0.0
    assert opened
    assert listening > LINGER_HOPS


def test_an_interruption_leaves_nothing(listener: Weights) -> None:
    ear = BlockEar(listener, None)
    heard(ear, stream((QUIET, 2.0), (LOUD, 0.5)))
    assert ear.window is not None
    ear.interrupt()
    assert (ear.distress, ear.infant, ear.window, ear.is_open) == (0.0, 0.0, None, False)


def test_after_an_interruption_it_hears_as_if_nothing_had_been(listener: Weights) -> None:
    """But for the noise floor and the gain, which are of the room."""
    loud = stream((LOUD, 1.0), seed=3)
    one, other = BlockEar(listener, None), BlockEar(listener, None)
    heard(one, stream((QUIET, 2.0), (0.05, 1.0), seed=4))
    heard(other, stream((QUIET, 2.0), (0.05, 1.0), seed=5))
    one.interrupt()
    other.interrupt()
    ours, theirs = np.array(heard(one, loud)), np.array(heard(other, loud))
    np.testing.assert_allclose(ours[-CATCH_UP:], theirs[-CATCH_UP:], atol=0.05)


def test_without_yamnet_it_tells_the_sound_events_itself(listener: Weights) -> None:
    ear = BlockEar(listener, None)
    heard(ear, stream((QUIET, 2.0), (LOUD, 0.5)))
    assert ear.window is not None
    assert set(ear.window.grouped) == set(GROUPS)
    assert all(0.0 <= score <= 1.0 for score in ear.window.grouped.values())
    names = {name for group in GROUPS.values() for name in group}
    assert {name for name, _ in ear.window.top} <= names


def test_the_weights_say_which_ear(listener: Weights) -> None:
    assert isinstance(make_ear(listener, None), BlockEar)
    assert isinstance(make_ear(weights.load(weights.EMOTION_LSTM), None), FrameEar)
    other = replace(listener, metadata=listener.metadata | {"network": "oracle"})
    with pytest.raises(ModelError, match="oracle"):
        make_ear(other, None)
