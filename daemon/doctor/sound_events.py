"""Can sound events (screams, crying, shouting) be heard?"""

from daemon.acoustic.reach import REMEDY, without_sound_events
from daemon.doctor.check import Finding, Setting
from models.errors import ModelError
from models.networks import weights
from models.registry import FILES, find
from models.sounds import student


def check(setting: Setting) -> Finding:
    """Whether the network that is wanted is there and whole."""
    acoustic = setting.config.acoustic
    if not acoustic.sound_events:
        return _off(setting)
    try:
        student.Student(student.load())
    except ModelError as error:
        return Finding("failed", error.message, error.remedy)
    if acoustic.sound_network == "student":
        return Finding("ok", f"{student.SHIPPED.name} in {student.SHIPPED.parent}")
    try:
        paths = [find(name) for name, file in FILES.items() if file.model == "yamnet"]
    except ModelError as error:
        return Finding(
            "warning",
            f"YAMNet's student, a smaller network, stands in: {error.message}",
            error.remedy,
        )
    return Finding("ok", f"{paths[0].name} in {paths[0].parent}")


def _off(setting: Setting) -> Finding:
    config = setting.config
    try:
        found = weights.load(config.acoustic.weights)
        missed = without_sound_events(found, config.fusion.threshold)
    except (ModelError, LookupError, TypeError, ValueError):  # their own check tells of weights
        missed = "most screams are missed"
    return Finding("warning", f"Sound events are switched off: {missed}.", REMEDY)
