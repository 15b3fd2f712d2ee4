"""Which input devices there are, and which one is meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from daemon.audio import portaudio
from daemon.errors import SourceUnavailable
from models.features.constants import SAMPLE_RATE

_CHOOSE = "Name one in [audio] device: what `distressd devices` lists, by name or number."


@dataclass(frozen=True, slots=True)
class InputDevice:
    """An input device as PortAudio lists it.

    Attributes:
        index: PortAudio's number for it, as long as nothing is plugged in or out.
        name: its name.
        host_api: the system's interface to it, such as ALSA or Core Audio.
        channels: how many input channels it has at most.
        default_rate: its own samples a second.
        is_default: whether the system's default is this one.
        opens_at_16k: whether it delivers 16 kHz; None if it was not asked.
    """

    index: int
    name: str
    host_api: str
    channels: int
    default_rate: int
    is_default: bool
    opens_at_16k: bool | None = None


def input_devices(*, probe: bool = False) -> tuple[InputDevice, ...]:
    """All input devices.

    Args:
        probe: also ask each whether it opens at 16 kHz, which can take a moment and makes some
            Bluetooth headsets change their mode.

    Raises:
        SourceUnavailable: PortAudio is not installed or does not start.
    """
    sd = portaudio.load()
    try:
        apis = sd.query_hostapis()
        default = sd.default.device["input"]
        if default < 0 and apis:
            default = apis[0]["default_input_device"]
        found = tuple(
            InputDevice(
                index=device["index"],
                name=device["name"],
                host_api=apis[device["hostapi"]]["name"],
                channels=device["max_input_channels"],
                default_rate=round(device["default_samplerate"]),
                is_default=device["index"] == default,
            )
            for device in sd.query_devices()
            if device["max_input_channels"] > 0
        )
    except sd.PortAudioError as error:
        raise SourceUnavailable(
            f"The devices cannot be listed ({portaudio.plain(error)}).",
            "Is the sound system up? Restart it, or distressd.",
        ) from error
    return tuple(replace(d, opens_at_16k=_opens_at_16k(d)) for d in found) if probe else found


def choose(devices: Sequence[InputDevice], wanted: str) -> InputDevice:
    """The device that ``wanted`` means.

    Args:
        devices: what there is.
        wanted: empty for the system's default; a number; a name; or a part of one name, in
            upper or lower case.

    Raises:
        SourceUnavailable: there is none, or more than one; the message names the candidates.
    """
    if not devices:
        raise SourceUnavailable(
            "There is no microphone: the system has no input device.",
            "Connect one, or choose another source, such as --source demo.",
        )
    if not wanted:
        matches = [d for d in devices if d.is_default] or list(devices)
        complaint = "The system names no default microphone, and there are several"
    else:
        matches = _named(devices, wanted)
        complaint = f'"{wanted}" may be any of these microphones'
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise SourceUnavailable(
            f'No microphone is called "{wanted}". There {_list(devices)}.', _CHOOSE
        )
    raise SourceUnavailable(f"{complaint}; there {_list(matches)}.", _CHOOSE)


def stable_name(wanted: str, chosen: InputDevice) -> str:
    """What to look for when ``chosen``, found as ``wanted``, has gone: numbers are given anew."""
    return chosen.name if wanted.strip().isdecimal() else wanted


def is_meant(device: InputDevice, wanted: str) -> bool:
    """Whether ``wanted`` means ``device``."""
    return bool(_named((device,), wanted))


def _named(devices: Sequence[InputDevice], wanted: str) -> list[InputDevice]:
    name = wanted.strip().casefold()
    by_name = [d for d in devices if d.name.casefold() == name]
    by_number = [d for d in devices if str(d.index) == name]
    return by_name or by_number or [d for d in devices if name in d.name.casefold()]


def _list(devices: Sequence[InputDevice]) -> str:
    names = ", ".join(f'{d.index} "{d.name}"' for d in devices)
    return f"is {names}" if len(devices) == 1 else f"are {names}"


def _opens_at_16k(device: InputDevice) -> bool:
    sd = portaudio.load()
    try:
        sd.check_input_settings(
            device=device.index,
            channels=min(2, device.channels),
            dtype="float32",
            samplerate=SAMPLE_RATE,
        )
    except sd.PortAudioError:
        return False
    return True
