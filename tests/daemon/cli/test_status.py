import http.server
import json
import threading
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.state import StateFolder

PARTS = {
    "source": {"state": "ok", "reason": "", "remedy": ""},
    "notify": {"state": "unavailable", "reason": "no desktop", "remedy": "Log in."},
}


@pytest.fixture
def folder(monkeypatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("DISTRESSD_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def readyz():
    """A server whose ``/readyz`` answers with the code and body that are set on it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/readyz"
            self.send_response(self.server.code)
            self.end_headers()
            self.wfile.write(self.server.body)

        def log_message(self, *args) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.code, server.body = 200, json.dumps({"parts": PARTS}).encode()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def invoke(*words: str):
    return CliRunner().invoke(main, ["status", *words])


def test_not_running_is_said_and_is_status_1(folder):
    done = invoke("--json")
    assert done.exit_code == 1
    assert "not running" in done.stderr
    assert json.loads(done.stdout) == {"running": False, "state": str(folder)}
    assert invoke().stdout == ""


@pytest.mark.parametrize("code", [200, 503])
def test_a_running_daemon_and_its_parts(folder, readyz, code):
    readyz.code = code
    with StateFolder.open(folder) as state:
        run = state.write_run(f"ws://127.0.0.1:{readyz.server_address[1]}")
        done = invoke("--json")
        words = invoke()
    shown = json.loads(done.stdout)
    assert done.exit_code == 0
    assert shown["url"] == run.url
    assert shown["token_file"] == str(folder / "token")
    assert shown["state"] == str(folder)
    assert shown["pid"] == run.pid
    assert shown["ready"] is (code == 200)
    assert shown["parts"] == PARTS
    assert "notify: unavailable — no desktop Log in." in words.stdout


def test_what_is_in_the_way_and_a_pause_are_sentences(folder, readyz):
    until = "2026-01-02T03:04:05.000Z"
    told = {"obstacles": ["Nothing is heard."], "paused_until": until, "parts": PARTS}
    readyz.code, readyz.body = 503, json.dumps(told).encode()
    with StateFolder.open(folder) as state:
        state.write_run(f"ws://127.0.0.1:{readyz.server_address[1]}")
        shown = json.loads(invoke("--json").stdout)
        words = invoke().stdout
    assert shown["obstacles"] == ["Nothing is heard."]
    assert shown["paused_until"] == until
    local = datetime.fromisoformat(until).astimezone()
    assert "It is not ready: Nothing is heard.\n" in words
    assert f"It is paused and raises no alert until {local:%Y-%m-%d %H:%M:%S}.\n" in words


def test_nothing_in_the_way_and_no_pause_are_no_words(folder, readyz):
    with StateFolder.open(folder) as state:
        state.write_run(f"ws://127.0.0.1:{readyz.server_address[1]}")
        shown = json.loads(invoke("--json").stdout)
        words = invoke().stdout
    assert (shown["obstacles"], shown["paused_until"]) == ([], None)
    assert "paused" not in words
    assert "not ready" not in words


@pytest.mark.parametrize("body", [b"[]", b"not JSON", b"{}", b'{"parts": {}, "paused_until": "?"}'])
def test_an_answer_that_is_not_understood_is_said(folder, readyz, body):
    readyz.body = body
    with StateFolder.open(folder) as state:
        state.write_run(f"ws://127.0.0.1:{readyz.server_address[1]}")
        assert "not what this version expects" in json.loads(invoke("--json").stdout)["problem"]


def test_a_daemon_that_does_not_answer_is_said(folder):
    with StateFolder.open(folder) as state:
        state.write_run("ws://127.0.0.1:9")
        done = invoke()
    assert done.exit_code == 0
    assert "does not answer" in done.stdout
