"""Can sound events (screams, crying, shouting) be heard?"""

from daemon.doctor.check import Finding, Setting
from models.errors import ModelError
from models.registry import FILES, find
from models.sounds import student


def check(setting: Setting) -> Finding:
    """Whether the network that is wanted is there and whole."""
    acoustic = setting.config.acoustic
    if not acoustic.sound_events:
        return Finding(
            "warning",
            "Sound events are switched off, so most screams will be missed.",
            "Set [acoustic] sound_events = true.",
        )
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
