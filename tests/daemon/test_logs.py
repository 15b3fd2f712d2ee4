import io
import logging
import os
import re
import warnings
from pathlib import Path

import pytest

from daemon.logs import setup_logging


@pytest.fixture(autouse=True)
def restored():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    for name in ("websockets", "desktop_notifier", "httpx2", "httpcore2", "urllib3"):
        logging.getLogger(name).setLevel(logging.NOTSET)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_one_line_a_record_at_the_level_and_above():
    stream = io.StringIO()
    setup_logging("info", stream)
    log = logging.getLogger("daemon.audio.microphone")
    log.debug("not told")
    log.warning("device %r\nERROR forged \x1b[31m", "USB")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        log.exception("failed")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d\.\d{3} WARNING daemon\.audio\.microphone: "
        r"device 'USB'\\nERROR forged \\x1b\[31m",
        lines[0],
    )
    assert "failed\\nTraceback" in lines[1]
    assert lines[1].endswith("ValueError: two\\nlines")


def test_setting_up_again_replaces_what_was_set_up():
    first, second = io.StringIO(), io.StringIO()
    setup_logging("info", first)
    setup_logging("error", second)
    logging.getLogger("x").warning("no")
    logging.getLogger("x").error("yes")
    assert first.getvalue() == ""
    assert second.getvalue().count("yes") == 1


def test_colour_on_a_terminal_only_and_never_against_no_color(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    setup_logging("info", stream)
    logging.getLogger("x").error("red")
    assert "\x1b[31m" in stream.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    setup_logging("info", plain)
    logging.getLogger("x").error("red")
    assert "\x1b" not in plain.getvalue()


@pytest.mark.parametrize("matches", [True, False])
def test_priorities_where_the_journal_listens(monkeypatch, tmp_path: Path, matches):
    with (tmp_path / "stderr").open("w+") as stream:
        status = os.fstat(stream.fileno())
        inode = status.st_ino if matches else status.st_ino + 1
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{inode}")
        setup_logging("info", stream)
        logging.getLogger("daemon.store").error("disk full")
        stream.seek(0)
        line = stream.read()
    assert (line == "<3>daemon.store: disk full\n") is matches


def test_libraries_are_quieter_unless_debugging():
    stream = io.StringIO()
    setup_logging("info", stream)
    logging.getLogger("websockets.server").info("connection open")
    assert stream.getvalue() == ""
    setup_logging("debug", stream)
    logging.getLogger("websockets.server").info("connection open")
    assert "connection open" in stream.getvalue()


@pytest.mark.parametrize("level", ["debug", "info"])
def test_what_names_the_address_of_a_request_is_said_at_no_level(level):
    stream = io.StringIO()
    setup_logging(level, stream)
    logging.getLogger("httpx2").info("HTTP Request: POST https://care.example/a-key")
    logging.getLogger("httpcore2.http11").debug("send_request_headers a-key")
    logging.getLogger("urllib3.connectionpool").warning("Retrying: /a-key")
    assert stream.getvalue() == ""


def test_warnings_are_records():
    stream = io.StringIO()
    setup_logging("info", stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        setup_logging("info", stream)
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
    assert "old way" in stream.getvalue()
