"""Weights that would fail while the stream is heard are refused when they are loaded."""

import numpy as np
import pytest
import torch

from models.ear import make_ear
from models.errors import ModelError
from models.networks import weights
from models.networks.emotion_lstm import EmotionLSTM


def tensors_of(*sizes: int) -> dict[str, np.ndarray]:
    torch.manual_seed(1)
    return {
        name: tensor.numpy().copy() for name, tensor in EmotionLSTM(*sizes).state_dict().items()
    }


RIGHT = tensors_of()
CUT = RIGHT | {"lstm.weight_hh_l1": RIGHT["lstm.weight_hh_l1"][:, :-1]}


def lacking(name: str) -> dict[str, np.ndarray]:
    return {other: tensor for other, tensor in RIGHT.items() if other != name}


@pytest.mark.parametrize(
    ("tensors", "told"),
    [
        (tensors_of(26), r"mean is \(26,\) instead of \(13\)"),
        (tensors_of(13, 128, 2, 5), r"head.weight is \(5, 128\) instead of \(8, 128\)"),
        (CUT, r"lstm.weight_hh_l1 is \(512, 127\) instead of \(512, 128\)"),
        (RIGHT | {"head.bias": RIGHT["head.bias"][:, None]}, "head.bias"),
        (lacking("lstm.weight_hh_l0"), "lacks lstm.weight_hh_l0"),
        (lacking("lstm.weight_ih_l0"), "lacks lstm.weight_ih_l0"),
        (lacking("lstm.bias_hh_l1"), "lacks lstm.bias_hh_l1"),
        (lacking("scale"), "lacks scale"),
        (lacking("head.weight"), "lacks head.weight"),
        ({}, "lacks"),
    ],
)
def test_a_network_of_another_shape_is_refused_by_name(tmp_path, stored, tensors, told):
    path = tmp_path / "other.safetensors"
    weights.save(path, tensors, stored.metadata)
    with pytest.raises(ModelError, match=told) as raised:
        make_ear(weights.load(path), None)
    assert str(path) in raised.value.message
    assert "train them" in raised.value.remedy


@pytest.mark.parametrize("sizes", [(13, 16, 1, 8), (13, 8, 3, 8)])
def test_a_network_of_another_size_inside_hears_all_the_same(tmp_path, stored, sizes):
    path = tmp_path / "other.safetensors"
    weights.save(path, tensors_of(*sizes), stored.metadata)
    ear = make_ear(weights.load(path), None)
    ear.step(np.zeros(160, np.float32))
    assert ear.posterior.shape == (8,)


def test_a_calibration_without_one_of_its_outcomes_is_refused(tmp_path, stored):
    path = tmp_path / "other.safetensors"
    voice = stored.metadata["calibration"]["voice"] | {"bias": [-1.0]}
    calibration = stored.metadata["calibration"] | {"voice": voice}
    weights.save(path, RIGHT, stored.metadata | {"calibration": calibration})
    with pytest.raises(ModelError, match="calibration"):
        make_ear(weights.load(path), None)
