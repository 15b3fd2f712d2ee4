import json
import os
import signal
import subprocess
import sys

import pytest

from daemon.state import StateFolder
from daemon.wire.base import rfc3339
from daemon.wire.server import SourceChanged, SourceStatus

NOW = 1_700_000_000.0


@pytest.fixture
def listening(tmp_path):
    """Starts ``distressd listen`` with this test's state folder."""
    started = []

    def listening_(*options):
        process = subprocess.Popen(
            [sys.executable, "-m", "daemon", "listen", *options],
            env=os.environ | {"DISTRESSD_STATE": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield listening_
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def state(tmp_path, monkeypatch):
    """The state folder of a daemon whose token the test server knows."""
    (tmp_path / "token").write_text("t" * 43)
    (tmp_path / "token").chmod(0o600)
    with StateFolder.open(tmp_path) as opened:
        yield opened


def interrupt(process):
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_it_prints_every_message_as_a_line_of_json(state, start, listening):
    daemon = start()
    state.write_run(daemon.server.url)
    process = listening("--json")
    assert json.loads(process.stdout.readline())["type"] == "snapshot"
    daemon.alert()
    assert json.loads(process.stdout.readline())["id"] == "a"
    status, out, err = interrupt(process)
    assert (status, out) == (0, "")
    assert err == f"Connected to {daemon.server.url}.\n"


def test_it_shows_alerts_to_people(state, start, listening):
    daemon = start()
    daemon.alert("open", level="advisory", kind="infant_crying")
    state.write_run(daemon.server.url)
    process = listening()
    open_alert = process.stdout.readline()
    assert all(word in open_alert for word in ("advisory", "open", "infant crying", "0.97"))
    daemon.alert("a", "cleared", reason="source_lost", durable=True, source="demo")
    cleared = process.stdout.readline()
    assert "(source lost, demonstration)" in cleared
    assert "\x1b" not in open_alert + cleared
    status, _, err = interrupt(process)
    assert status == 0
    assert "language: unavailable - not there install it\n" in err
    assert "Traceback" not in err


def test_it_shows_that_a_pause_began_and_ended(state, start, listening):
    daemon = start()
    state.write_run(daemon.server.url)
    paused = SourceStatus(name="mic", state="ok", paused_until="2026-01-02T03:04:05.000Z")
    daemon.source = paused
    process = listening()
    for line in process.stderr:
        if line.startswith("source"):
            break
    assert "ok - Paused until 2026-01-02T03:04:05.000Z." in line
    ended = SourceChanged(
        time=rfc3339(NOW), stream_s=1.0, source=paused.model_copy(update={"paused_until": None})
    )
    daemon.server.publish_status(ended)
    for line in process.stderr:
        if line.startswith("source"):
            break
    assert line == "source: ok\n"
    assert interrupt(process)[0] == 0


def test_it_waits_for_a_daemon_and_says_so(tmp_path, listening):
    process = listening("--json")
    assert process.stderr.readline() == (
        f"No daemon runs with the state folder {tmp_path}. Waiting for one.\n"
    )
    assert interrupt(process) == (0, "", "")


def test_a_refusal_is_a_sentence_and_a_failure(state, start, listening, tmp_path):
    daemon = start()
    (tmp_path / "token").write_text("mistaken-token-of-another-daemon")
    process = listening("--url", daemon.server.url)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, "")
    assert "refuses: wrong token" in err
    assert "Traceback" not in err
