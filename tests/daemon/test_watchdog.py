import os
import socket
import time

import pytest

from daemon.watchdog import Systemd


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    """What systemd would hear."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(path)
        listening.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        monkeypatch.setenv("WATCHDOG_USEC", "4000000")
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
        yield lambda: listening.recv(4096).decode().split("\n")


def test_systemd_is_told_how_things_stand(systemd):
    told = Systemd()
    told.ready("healthy: a microphone")
    assert systemd() == ["READY=1", "STATUS=healthy: a microphone"]
    told.status("healthy: a microphone")  # no news
    told.status("alarmed: two\nlines")
    assert systemd() == ["STATUS=alarmed: two lines"]
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    told.reloading()
    reloading, stamp = systemd()
    assert reloading == "RELOADING=1"
    assert before <= int(stamp.removeprefix("MONOTONIC_USEC=")) <= before + 60_000_000
    told.stopping()
    assert systemd()[0] == "STOPPING=1"


def test_the_watchdog_is_fed_four_times_in_its_time(systemd):
    told = Systemd()
    assert told.watches
    for now_s in (0.0, 0.5, 0.9, 1.0, 1.5, 2.0):
        told.feed(now_s)
    told.stopping()
    heard = [systemd() for _ in range(4)]
    assert heard[:3] == [["WATCHDOG=1"]] * 3
    assert heard[3][0] == "STOPPING=1"


def test_an_abstract_socket_is_heard(monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        try:
            listening.bind(f"\0distressd-test-{os.getpid()}")
        except OSError as error:
            pytest.skip(f"no abstract sockets: {error}")
        listening.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@distressd-test-{os.getpid()}")
        Systemd().ready("healthy")
        assert listening.recv(4096).startswith(b"READY=1")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NOTIFY_SOCKET": "/nowhere/at/all"},
        {"WATCHDOG_USEC": "much", "NOTIFY_SOCKET": "/nowhere"},
        {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1", "NOTIFY_SOCKET": "/nowhere"},
    ],
)
def test_without_systemd_nothing_happens(environment, monkeypatch):
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    told = Systemd()
    assert not told.watches
    told.ready("healthy")
    told.feed(1.0)
    told.stopping()
