"""PortAudio, loaded when a microphone is first wanted: files and pipes never pay for it."""

import atexit
import sys
from types import ModuleType

from daemon.errors import SourceUnavailable

_INSTALL = (
    "Install it: `apt install libportaudio2` on Debian and Ubuntu, `dnf install portaudio` on"
    " Fedora, `brew install portaudio` on a Mac."
)
_DOCTOR = "See what `distressd devices` lists and what `distressd doctor` says."

# From portaudio.h
INVALID_SAMPLE_RATE = -9997
INVALID_CHANNEL_COUNT = -9998
DEVICE_UNAVAILABLE = -9985


def load() -> ModuleType:
    """The module ``sounddevice``, with PortAudio initialised.

    Raises:
        SourceUnavailable: the library is not installed, or does not start.
    """
    try:
        import sounddevice
    except OSError as error:
        raise SourceUnavailable(
            "The PortAudio library, which microphones need, is not installed.", _INSTALL
        ) from error
    except Exception as error:  # importing initialises PortAudio, with errors of its own
        raise SourceUnavailable(f"PortAudio does not start ({error}).", _DOCTOR) from error
    module: ModuleType = sounddevice
    return module


def refresh() -> None:
    """Start PortAudio anew: it looks for devices only when it starts. No stream may be open.

    Raises:
        SourceUnavailable: it does not start.
    """
    sd = load()
    try:
        if sd._initialized:  # noqa: SLF001 - sounddevice has no public way to do this
            sd._terminate()  # noqa: SLF001
        sd._initialize()  # noqa: SLF001
    except sd.PortAudioError as error:
        raise SourceUnavailable(f"PortAudio does not start ({plain(error)}).", _DOCTOR) from error


def abandon() -> None:
    """Leave PortAudio as it is when the process exits: it hangs, and would hang then, too."""
    sd = sys.modules.get("sounddevice")  # importing it here could wait for what hangs
    if sd is not None:
        atexit.unregister(sd._exit_handler)  # noqa: SLF001 - sounddevice has no public way


def code(error: Exception) -> int:
    """PortAudio's number for ``error``; 0 if it has none."""
    found = error.args[1] if len(error.args) > 1 else 0
    return found if isinstance(found, int) else 0


def plain(error: Exception) -> str:
    """PortAudio's own words for ``error``, without the code and what sounddevice adds."""
    words = str(error.args[0] if error.args else error)
    return words.rpartition(": ")[2].strip().rstrip(".") or words


def unavailable(name: str, error: Exception) -> SourceUnavailable:
    """What to tell a person when the device ``name`` answered ``error``."""
    if code(error) == DEVICE_UNAVAILABLE:
        return SourceUnavailable(
            f'The microphone "{name}" is busy or gone.',
            "Close the program that uses it, or choose another device in [audio] device.",
        )
    return SourceUnavailable(f'The microphone "{name}" cannot be opened ({plain(error)}).', _DOCTOR)
