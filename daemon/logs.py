"""One line for each record on standard error, for people at a terminal and for the journal."""

import logging
import os
import sys
from typing import TextIO

_COLOURS = {logging.WARNING: "\x1b[33m", logging.ERROR: "\x1b[31m", logging.CRITICAL: "\x1b[1;31m"}
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_PRIORITIES = {  # of syslog, which the journal reads from the start of a line
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}
_CONTROL = {code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160))}
# websockets tells of every connection at info; desktop-notifier tells with a traceback of what
# the notifier tells in a sentence.
_QUIETER = {"websockets": logging.WARNING, "desktop_notifier": logging.ERROR}
# What these say of a request names its address, and an address may carry a key: at no level.
_SECRETIVE = ("httpx2", "httpcore2", "urllib3")


def setup_logging(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every record at ``level`` and above to ``stream`` (standard error by default).

    In colour on a terminal unless ``NO_COLOR`` is set; with priorities in the journal.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Journal() if _is_journal(stream) else _Terminal(_in_colour(stream)))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    set_level(level)
    logging.captureWarnings(capture=True)


def set_level(level: str) -> None:
    """Keep back what is below ``level`` from now on."""
    logging.getLogger().setLevel(level.upper())
    for name, least in _QUIETER.items():
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else least)
    for name in _SECRETIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _is_journal(stream: TextIO) -> bool:
    """Whether systemd's journal reads ``stream``: it names the device and inode it listens to."""
    named = os.environ.get("JOURNAL_STREAM")
    if not named:
        return False
    try:
        status = os.fstat(stream.fileno())
    except OSError:  # a stream without a file, as in tests
        return False
    return named == f"{status.st_dev}:{status.st_ino}"


def _in_colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")


class _OneLine(logging.Formatter):
    """A traceback follows its message on the same line; no text from outside can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).translate(_CONTROL)


class _Journal(_OneLine):
    """The journal adds the time itself."""

    def __init__(self) -> None:
        super().__init__("%(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return f"<{_PRIORITIES.get(record.levelno, 6)}>{super().format(record)}"


class _Terminal(_OneLine):
    def __init__(self, colour: bool) -> None:
        super().__init__(
            "%(asctime)s.%(msecs)03d %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"
        )
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        if not self._colour:
            return line
        start = _COLOURS.get(record.levelno, _DIM if record.levelno <= logging.DEBUG else "")
        return f"{start}{line}{_PLAIN}" if start else line
