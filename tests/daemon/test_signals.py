"""A daemon that is signalled, and one whose parts die: as processes."""

import signal
import socket
import threading
import time

import pytest

from daemon.signals import DRAIN_S

PATIENCE_S = 120.0


def config_of(daemon):
    return daemon.log.parent / "config.toml"


def config_part(daemon):
    return daemon.readiness()["parts"]["config"]


def reload(daemon, said):
    before = daemon.log.read_text().count(said)
    daemon.process.send_signal(signal.SIGHUP)
    daemon.until(lambda: daemon.log.read_text().count(said) > before)


def test_a_configuration_edited_to_nonsense_changes_nothing(start_daemon):
    daemon = start_daemon("stdin")
    good = config_of(daemon).read_text()
    config_of(daemon).write_text(good + "\n[fusion]\nrelase = 2\n[log]\nlevel = 'loud'\n")
    reload(daemon, "The configuration is not changed")
    daemon.until(lambda: config_part(daemon)["state"] == "degraded")
    part = config_part(daemon)
    assert "relase" in part["reason"]
    assert "loud" in part["reason"]
    config_of(daemon).write_text(good.replace("port = 0", "port = 8899") + "[log]\nlevel = 'debug'")
    reload(daemon, "The configuration was read again; changed: [log] level.")
    daemon.until(lambda: config_part(daemon)["state"] == "ok")
    assert config_part(daemon)["reason"] == "Takes effect at the next start: [serve] port."
    assert daemon.stop() == 0


def test_thresholds_change_under_an_open_stream(start_daemon, scene_recording):
    high = "[fusion]\noverwhelming = 0.999\n[fusion.threshold]\n"
    high += "advisory = 0.997\nwarning = 0.998\ncritical = 0.999\n"
    daemon = start_daemon("stdin", settings=high)
    with daemon.subscribe() as subscriber:
        subscriber.receive()
        config_of(daemon).write_text(config_of(daemon).read_text().replace(high, ""))
        reload(daemon, "changed: [fusion] overwhelming, [fusion] threshold.")
        daemon.hear(scene_recording)
        assert subscriber.alerts("raised")[-1]["level"] in {"warning", "critical"}


def test_every_thread_is_written_down_on_demand(start_daemon):
    daemon = start_daemon("stdin")
    daemon.until(lambda: "config" in daemon.readiness()["parts"])  # the last to report
    daemon.process.send_signal(signal.SIGUSR1)
    daemon.until(lambda: "Every thread is written" in daemon.log.read_text())
    log = daemon.log.read_text()
    for thread in ("hop-loop", "fusion", "store-writer", "serve", "source-stdin"):
        assert f"{thread} 0x" in log
    assert log.count("most recent call first") >= 5
    assert daemon.readiness()["parts"]
    assert daemon.stop() == 0


def test_writing_threads_down_again_and_again_harms_nothing(start_daemon, scene_recording):
    """Dumped at any moment of listening: frames that come and go are never read half."""
    daemon = start_daemon("stdin")
    with daemon.subscribe() as subscriber:
        subscriber.receive()
        ended = threading.Event()

        def ask():
            while not ended.is_set():
                daemon.process.send_signal(signal.SIGUSR1)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            daemon.hear(scene_recording)
        finally:
            ended.set()
            asking.join()
        assert subscriber.alerts("raised")
    assert daemon.stop() == 0


def test_a_stop_that_hangs_is_cut_off_and_written_down(start_daemon):
    daemon = start_daemon("stdin", fault="stopping_hangs")
    began = time.monotonic()
    daemon.process.terminate()
    assert daemon.process.wait(PATIENCE_S) == 1
    assert time.monotonic() - began >= DRAIN_S - 0.5
    assert "in hang_for_ever" in daemon.log.read_text(), "where it hung"


@pytest.mark.slow
def test_a_daemon_whose_fusion_dies_starts_anew(start_daemon, monkeypatch, row):
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    daemon = start_daemon("demo", fault="fusion_dies")
    daemon.until(lambda: "config" in daemon.readiness()["parts"])  # the last to report
    (daemon.state / "die").touch()
    daemon.until(lambda: "fusion failed at" in daemon.log.read_text())
    died_s = time.monotonic()
    daemon.until(lambda: "The daemon stops: a part died" in daemon.log.read_text())
    noticed_s = time.monotonic() - died_s
    daemon.until(lambda: "The daemon starts itself anew" in daemon.log.read_text())
    daemon.until(lambda: daemon.log.read_text().count("Serving alerts") == 2)
    row("a thread dies", noticed_s, time.monotonic() - died_s - noticed_s)
    assert daemon.process.poll() is None
    assert daemon.stop() == 0


def test_under_a_service_manager_it_ends_instead(start_daemon):
    daemon = start_daemon("demo", fault="fusion_dies", environment={"INVOCATION_ID": "0" * 32})
    (daemon.state / "die").touch()
    assert daemon.process.wait(PATIENCE_S) == 1
    assert "A part of the daemon died (a bug in fusion)" in daemon.log.read_text()


def test_systemd_hears_of_it_all(start_daemon, tmp_path):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(path)
        listening.settimeout(PATIENCE_S)
        daemon = start_daemon(
            "demo", environment={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "2000000"}
        )
        told = []

        def hear(what):
            while not told or not any(line.startswith(what) for line in told[-1]):
                told.append(listening.recv(4096).decode().split("\n"))

        hear("READY=1")
        hear("WATCHDOG=1")
        daemon.process.send_signal(signal.SIGHUP)
        hear("RELOADING=1")
        hear("READY=1")
        daemon.process.terminate()
        hear("STOPPING=1")
        assert daemon.process.wait(PATIENCE_S) == 0


def test_a_notifier_that_dies_is_started_again(start_daemon):
    daemon = start_daemon("stdin", settings="", fault="notifier_dies_once", notify=True)
    daemon.until(lambda: "The notifier has died" in daemon.log.read_text())
    daemon.until(
        lambda: daemon.readiness()["parts"]["notify"]["state"] in {"ok", "degraded", "unavailable"}
    )
