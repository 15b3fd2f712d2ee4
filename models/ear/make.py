"""Which ear a network listens with."""

from models.calibration import Calibration
from models.ear.by_frames import FrameEar
from models.errors import ModelError
from models.features.gate import GateSettings
from models.networks.weights import Weights
from models.sounds.by_yamnet import YamnetEvents
from models.sounds.student import Student
from models.sounds.yamnet import Yamnet

Sounds = Yamnet | Student
"""What may hear sound events."""


def make_ear(weights: Weights, sounds: Sounds | None, gate: GateSettings | None = None) -> FrameEar:
    """The ear of ``weights``.

    Raises:
        ModelError: if they are of a network that this version does not know.
        LookupError, TypeError, AttributeError, ValueError, ArithmeticError: the weights lack
            something, or have it in another shape.
    """
    network = weights.metadata.get("network", "emotion_lstm")
    if network != "emotion_lstm":
        raise ModelError(
            f"The acoustic weights are of a network {network!r}, which this version does not know.",
            "Leave out [acoustic] weights, or train them with this version.",
        )
    if isinstance(sounds, Yamnet):
        calibration = Calibration.of(weights.metadata["calibration"]["sounds"])
        return FrameEar(weights, YamnetEvents(sounds, calibration), gate)
    return FrameEar(weights, sounds, gate)
