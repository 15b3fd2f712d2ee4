"""Which ear a network listens with."""

from typing import NamedTuple

from models.calibration import Calibration
from models.ear.by_frames import FrameEar
from models.errors import ModelError
from models.features.gate import GateSettings
from models.networks.weights import Weights
from models.sounds.by_yamnet import YamnetEvents
from models.sounds.network import SoundNetwork
from models.sounds.pair import Pair
from models.sounds.student import Student
from models.sounds.yamnet import Yamnet


class Both(NamedTuple):
    """Two networks that hear sound events together."""

    yamnet: Yamnet
    student: Student


Sounds = Yamnet | Student | Both
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
    return FrameEar(weights, hears(weights, sounds), gate)


def hears(weights: Weights, sounds: Sounds | None) -> SoundNetwork | None:
    """What hears sound events in the ear of ``weights``, calibrated as they are.

    Raises:
        ModelError, LookupError, TypeError, ValueError: the weights lack the calibration, or have
            it in another shape.
    """
    if sounds is None or isinstance(sounds, Student):
        return sounds
    calibration = Calibration.of(weights.metadata["calibration"]["sounds"])
    if isinstance(sounds, Yamnet):
        return YamnetEvents(sounds, calibration)
    return Pair(sounds.student, YamnetEvents(sounds.yamnet, calibration))
