"""A listener that has learned nothing, and YAMNet."""

from dataclasses import asdict

import pytest
import torch

from models import registry
from models.errors import ModelError
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.networks.listener import Listener
from models.networks.weights import Weights
from models.sounds.groups import GROUPS
from models.sounds.yamnet import Yamnet

CLASSES = sorted({name for group in GROUPS.values() for name in group})


@pytest.fixture
def yamnet() -> Yamnet:
    try:
        return Yamnet(registry.find("yamnet"), registry.find("yamnet-classes"))
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def module() -> Listener:
    torch.manual_seed(5)
    made = Listener(channels=16, memory=12, inner=8).eval()
    torch.nn.init.normal_(made.outcome.weight, std=2.0)
    return made


@pytest.fixture
def listener(module: Listener) -> Weights:
    tensors = {name: value.numpy().copy() for name, value in module.state_dict().items()}
    for part in ("weight", "bias"):
        tensors[f"scores.{part}"] = tensors[f"scores.{part}"][: len(CLASSES)]
    plain = {"distress": (1.0, 0.0), "infant": (1.0, 0.0)}
    metadata = {
        "network": "listener",
        "gate": asdict(GateSettings()),
        "gain": asdict(GainSettings()),
        "classes": CLASSES,
        "calibration": {"with": plain, "without": plain},
    }
    return Weights(tensors, metadata, "")
