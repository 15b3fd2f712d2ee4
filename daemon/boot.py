"""Which start of the machine this is."""

import ctypes
import sys
from pathlib import Path

_LINUX = Path("/proc/sys/kernel/random/boot_id")
_DARWIN = b"kern.bootsessionuuid"
LENGTH = 36  # characters of a UUID


def boot_id() -> str:
    """The same for as long as the machine runs; empty where the system does not say."""
    if sys.platform == "darwin":
        return _sysctl()
    try:
        return _LINUX.read_text(encoding="ascii").strip()[:LENGTH]
    except OSError:
        return ""


def _sysctl() -> str:
    value = ctypes.create_string_buffer(64)
    size = ctypes.c_size_t(len(value))
    library = ctypes.CDLL(None)
    if library.sysctlbyname(_DARWIN, value, ctypes.byref(size), None, ctypes.c_size_t(0)):
        return ""
    return value.value.decode("ascii", "replace")[:LENGTH]
