"""Checks of everything the daemon needs, one in a file, in the order in which they matter."""

from collections.abc import Callable

from daemon.doctor import (
    clips,
    clock,
    disk,
    language,
    microphone,
    notifications,
    permission,
    port,
    portaudio,
    python,
    service,
    shadow,
    sound_events,
    state_folder,
    weights,
)
from daemon.doctor.check import Finding, Setting

CHECKS: dict[str, Callable[[Setting], Finding]] = {
    "python": python.check,
    "packages": shadow.check,
    "portaudio": portaudio.check,
    "microphone": microphone.check,
    "permission": permission.check,
    "weights": weights.check,
    "sound events": sound_events.check,
    "language": language.check,
    "state folder": state_folder.check,
    "disk": disk.check,
    "clips": clips.check,
    "clock": clock.check,
    "port": port.check,
    "notifications": notifications.check,
    "service": service.check,
}
