"""Which ear a network listens with."""

from models.ear.by_blocks import BlockEar
from models.ear.by_frames import FrameEar
from models.errors import ModelError
from models.features.gate import GateSettings
from models.networks.weights import Weights
from models.sounds.yamnet import Yamnet


def make_ear(
    weights: Weights, sounds: Yamnet | None, gate: GateSettings | None = None
) -> FrameEar | BlockEar:
    """The ear of ``weights``.

    Raises:
        ModelError: if they are of a network that this version does not know.
        LookupError, TypeError, AttributeError, ValueError, ArithmeticError: the weights lack
            something, or have it in another shape.
    """
    network = weights.metadata.get("network", "emotion_lstm")
    if network == "emotion_lstm":
        return FrameEar(weights, sounds, gate)
    if network == "listener":
        return BlockEar(weights, sounds, gate)
    raise ModelError(
        f"The acoustic weights are of a network {network!r}, which this version does not know.",
        "Leave out [acoustic] weights, or train them with this version.",
    )
