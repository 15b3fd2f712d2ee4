import asyncio
import json
import os
import sys

import pytest

from daemon.config.notify import Notify
from daemon.notify.availability import check_availability
from daemon.notify.channels.channel import DeliveryError
from daemon.notify.channels.desktop import DesktopChannel
from daemon.notify.channels.local import desktop_channel
from daemon.notify.channels.osascript import OsascriptChannel
from daemon.notify.notice import Notice

RECORDER = """#!{python}
import json, sys
with open({log!r}, "w") as log:
    json.dump([sys.argv[1:], sys.stdin.read()], log)
"""


@pytest.fixture
def osascript(tmp_path, monkeypatch):
    """Puts a program of that name on the path, with the text given."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("daemon.notify.channels.osascript._TIMEOUT_S", 120.0)

    def become(text: str) -> None:
        program = tmp_path / "osascript"
        program.write_text(text)
        program.chmod(0o755)

    return become


def send(text: str, *, sound: bool = True) -> None:
    notice = Notice("Critical: scream", text, "critical", "a test", sound=sound)
    asyncio.run(OsascriptChannel().deliver(notice))


HOSTILE = '" & (do shell script "touch /tmp/x") & "\\ ¬ $(id) `id` -e'


@pytest.mark.parametrize(("sound", "more"), [(True, ["Sosumi"]), (False, [])])
def test_title_and_text_are_arguments_and_never_part_of_the_script(
    osascript, tmp_path, sound, more
):
    log = tmp_path / "log"
    osascript(RECORDER.format(python=sys.executable, log=str(log)))
    send("quiet", sound=sound)
    (first, plain) = json.loads(log.read_text())
    send(HOSTILE, sound=sound)
    (words, script) = json.loads(log.read_text())
    assert words == ["-", "Critical: scream", HOSTILE, *more]
    assert script == plain
    assert first[2] == "quiet"


def test_a_failure_is_told(osascript):
    osascript("#!/bin/sh\necho 'not allowed' >&2\nexit 1\n")
    with pytest.raises(DeliveryError, match="not allowed"):
        send("text")


def test_a_hang_is_ended(osascript, monkeypatch):
    monkeypatch.setattr("daemon.notify.channels.osascript._TIMEOUT_S", 0.05)
    osascript("#!/bin/sh\nexec sleep 60\n")
    with pytest.raises(DeliveryError, match="does not end"):
        send("text")


def test_a_mac_uses_it_outside_a_signed_bundle(osascript, monkeypatch):
    osascript("#!/bin/sh\n")
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    for signed, kind, named in (
        (False, OsascriptChannel, "osascript"),
        (True, DesktopChannel, "app of its own"),
    ):
        for module in ("channels.local", "availability"):
            monkeypatch.setattr(f"daemon.notify.{module}.in_signed_bundle", lambda s=signed: s)
        assert isinstance(desktop_channel(Notify(), None), kind)
        found = asyncio.run(check_availability())
        assert (found.state, named in found.backend) == ("ok", True)


def test_without_osascript_notifications_are_unavailable(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("daemon.notify.availability.in_signed_bundle", lambda: False)
    found = asyncio.run(check_availability())
    assert found.state == "unavailable"
    assert "osascript" in found.reason
