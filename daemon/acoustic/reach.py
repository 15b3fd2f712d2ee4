"""How far alerts go where nothing but voices is heard."""

from daemon.config.schema import Thresholds
from models.calibration import Calibration, highest
from models.networks.weights import Weights

REMEDY = "Set [acoustic] sound_events = true."


def without_sound_events(found: Weights, threshold: Thresholds) -> str:
    """What is missed where sound events are switched off.

    Raises:
        ModelError, LookupError, TypeError, ValueError: the weights lack the calibration, or have it
            in another shape.
    """
    most = highest(Calibration.of(found.metadata["calibration"]["voice"]))
    if most >= threshold.critical:
        return "most screams are missed"
    if most < threshold.advisory:
        raised = "no alert"
    else:
        raised = f"no more than {'a warning' if most >= threshold.warning else 'an advisory'}"
    return (
        f"most screams are missed, and a voice raises {raised} unless words or the second ear add"
        " to it"
    )
