"""Is PortAudio, which reads the microphone, there?"""

from daemon.audio import portaudio
from daemon.doctor.check import Finding, Setting
from daemon.errors import SourceUnavailable


def check(_setting: Setting) -> Finding:
    """Whether its library is found and starts."""
    try:
        sounddevice = portaudio.load()
    except SourceUnavailable as error:
        return Finding("failed", error.message, error.remedy)
    name: str = sounddevice.get_portaudio_version()[1]
    return Finding("ok", name.split(",", maxsplit=1)[0])
