"""Tells systemd how things stand, and that the daemon lives: sd_notify(3) and its watchdog.

Everything here does nothing where systemd did not start this process (launchd has no such thing).
"""

import logging
import os
import socket
import time

log = logging.getLogger(__name__)

_SHARE = 4  # of the watchdog's time, after which it is fed again


class Systemd:
    """One service manager, or none."""

    def __init__(self) -> None:
        self._address = _address(os.environ.get("NOTIFY_SOCKET", ""))
        self._every_s = _watchdog_s() / _SHARE
        self._fed_s = float("-inf")
        self._said = ""

    @property
    def watches(self) -> bool:
        """Whether a watchdog wants to be fed."""
        return bool(self._address) and self._every_s > 0

    def ready(self, status: str) -> None:
        """The daemon serves."""
        self._said = status
        self._send("READY=1", f"STATUS={status}")

    def status(self, status: str) -> None:
        """What ``systemctl status`` shows, where it has changed."""
        if status != self._said:
            self._said = status
            self._send(f"STATUS={status}")

    def reloading(self) -> None:
        """The configuration is read again; :meth:`ready` ends that."""
        stamp = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={stamp}")

    def stopping(self) -> None:
        """The daemon stops."""
        self._send("STOPPING=1", "STATUS=stopping")

    def feed(self, now_s: float) -> None:
        """Frames flow: the watchdog is fed, if it is time again."""
        if self.watches and now_s - self._fed_s >= self._every_s:
            self._fed_s = now_s
            self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        text = "\n".join(line.replace("\n", " ") for line in lines)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.settimeout(0)
            try:
                line.sendto(text.encode(), self._address)
            except OSError as error:
                log.warning("systemd cannot be told %r (%s)", text, error)


def _address(path: str) -> str:
    """An abstract socket is written with @ and addressed with a zero."""
    return "\0" + path[1:] if path.startswith("@") else path


def _watchdog_s() -> float:
    """Seconds after which systemd takes this process for dead; 0 where it does not watch it."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    try:
        return int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
    except ValueError:
        return 0.0
