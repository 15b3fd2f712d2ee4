"""Which microphone is meant, and what is said where there is none."""

import subprocess
import sys

import pytest

from daemon.audio.devices import InputDevice, choose
from daemon.errors import SourceUnavailable


def device(index: int, name: str, *, default: bool = False) -> InputDevice:
    return InputDevice(index, name, "ALSA", 2, 48_000, default)


BUILT_IN = device(0, "Built-in Microphone")
HEADSET = device(2, "USB Headset", default=True)
HEADSET_2 = device(3, "USB Headset Pro")
ALL = (BUILT_IN, HEADSET, HEADSET_2)


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("", HEADSET),
        ("Built-in Microphone", BUILT_IN),
        ("built", BUILT_IN),
        ("pro", HEADSET_2),
        ("usb headset", HEADSET),  # a whole name, though also a part of another
        ("3", HEADSET_2),
        ("0", BUILT_IN),
    ],
)
def test_a_device_is_meant_by_its_name_a_part_of_it_or_its_number(
    wanted: str, meant: InputDevice
) -> None:
    assert choose(ALL, wanted) is meant


@pytest.mark.parametrize(
    ("wanted", "named", "unnamed"),
    [
        ("usb", ["USB Headset", "USB Headset Pro"], ["Built-in Microphone"]),
        ("studio", ["Built-in Microphone", "USB Headset", "USB Headset Pro"], []),
        ("7", ["Built-in Microphone"], []),
    ],
)
def test_who_is_not_meant_alone_is_not_taken_and_the_candidates_are_named(
    wanted: str, named: list[str], unnamed: list[str]
) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        choose(ALL, wanted)
    assert f'"{wanted}"' in caught.value.message
    assert all(f'"{name}"' in caught.value.message for name in named)
    assert not any(f'"{name}"' in caught.value.message for name in unnamed)
    assert caught.value.remedy


def test_two_of_one_name_are_told_apart_by_number() -> None:
    twins = (device(4, "Camera"), device(5, "Camera"))
    with pytest.raises(SourceUnavailable, match='4 "Camera", 5 "Camera"'):
        choose(twins, "camera")
    assert choose(twins, "5") is twins[1]


def test_without_a_default_the_only_device_is_taken() -> None:
    assert choose((BUILT_IN,), "") is BUILT_IN
    with pytest.raises(SourceUnavailable, match="no default"):
        choose((BUILT_IN, HEADSET_2), "")


def test_no_device_at_all_is_said() -> None:
    with pytest.raises(SourceUnavailable, match="There is no microphone") as caught:
        choose((), "anything")
    assert "--source demo" in caught.value.remedy


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PortAudio comes with sounddevice")
def test_a_missing_portaudio_names_the_package_to_install() -> None:
    program = (
        "import ctypes.util\n"
        "ctypes.util.find_library = lambda name: None\n"
        "from daemon.audio.devices import input_devices\n"
        "from daemon.errors import SourceUnavailable\n"
        "try:\n"
        "    input_devices()\n"
        "except SourceUnavailable as error:\n"
        "    print(error.message, '|', error.remedy)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert "PortAudio" in done.stdout
    assert "apt install libportaudio2" in done.stdout
    assert "brew install portaudio" in done.stdout
