"""May this program hear the microphone? A system that forbids it sends exact zeros."""

import platform
import time

import numpy as np

from daemon.audio import portaudio
from daemon.audio.devices import choose, input_devices
from daemon.doctor.check import Finding, Setting
from daemon.errors import SourceUnavailable

LISTEN_S = 0.5
PATIENCE_S = 5.0
_POLL_S = 0.05
_REMEDIES = {
    "Darwin": (
        "Allow it in System Settings > Privacy & Security > Microphone: for the service it is"
        " distressd, for a terminal the terminal itself."
    ),
    "Linux": "Unmute it in the sound settings; see `pactl list sources` or `alsamixer`.",
}


def check(setting: Setting) -> Finding:
    """Open the configured microphone for half a second, and look at what it sends."""
    try:
        device = choose(input_devices(), setting.config.audio.device)
        sound = _listen(device.index, int(device.default_rate))
    except SourceUnavailable as error:
        return Finding("warning", f"Cannot be told: {error.message}", error.remedy)
    return judge(sound, platform.system())


def judge(
    sound: "np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None", system: str
) -> Finding:
    """What the samples mean; None: none came."""
    if sound is None or not len(sound):
        return Finding(
            "warning",
            f"The microphone was opened and sent nothing in {PATIENCE_S:.0f} s.",
            "Unplug it and plug it in again, or choose another in [audio] device.",
        )
    if (sound == sound[0]).all():
        return Finding(
            "warning",
            "The microphone sends nothing but exact zeros or one value: it is muted, broken, or may"
            " not be heard.",
            _REMEDIES.get(system, "Unmute it in the sound settings."),
        )
    peak = 20.0 * float(np.log10(np.abs(sound).max()))
    return Finding("ok", f"the microphone is heard (peak {peak:.0f} dBFS in {LISTEN_S} s)")


def _listen(index: int, rate: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None":
    sd = portaudio.load()
    try:
        sound = sd.rec(int(LISTEN_S * rate), samplerate=rate, channels=1, device=index)
        deadline = time.monotonic() + PATIENCE_S
        while sd.get_stream().active and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        ended = not sd.get_stream().active
        sd.stop(ignore_errors=True)
    except sd.PortAudioError as error:
        raise SourceUnavailable(
            f"The microphone cannot be opened ({error}).",
            "Close what uses it, or choose another in [audio] device: distressd devices.",
        ) from error
    return np.asarray(sound, np.float32) if ended else None
