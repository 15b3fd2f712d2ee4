"""Can sound events (screams, crying, shouting) be heard?"""

from daemon.doctor.check import Finding, Setting
from models.errors import ModelError
from models.registry import FILES, find


def check(setting: Setting) -> Finding:
    """Whether YAMNet's files are there and whole."""
    if not setting.config.acoustic.sound_events:
        return Finding(
            "warning",
            "Sound events are switched off, so most screams will be missed.",
            "Set [acoustic] sound_events = true.",
        )
    try:
        paths = [find(name) for name, file in FILES.items() if file.model == "yamnet"]
    except ModelError as error:
        return Finding("warning", f"Most screams will be missed: {error.message}", error.remedy)
    return Finding("ok", f"{paths[0].name} in {paths[0].parent}")
