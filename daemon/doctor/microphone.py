"""Is there a microphone, and is the configured one among them?"""

from daemon.audio.devices import InputDevice, choose, input_devices
from daemon.doctor.check import Finding, Setting
from daemon.errors import SourceUnavailable


def check(setting: Setting) -> Finding:
    """What ``[audio] device`` means here. A machine without any is not broken: one may come."""
    devices: tuple[InputDevice, ...] = ()
    try:
        devices = input_devices()
        chosen = choose(devices, setting.config.audio.device)
    except SourceUnavailable as error:
        return Finding("failed" if devices else "warning", error.message, error.remedy)
    return Finding("ok", f"{chosen.index} {chosen.name} ({chosen.host_api})")
