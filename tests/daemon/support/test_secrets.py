"""A real daemon that knows secrets and fails at its channels: neither log nor dump has any."""

import json
import queue
import signal
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from daemon.cli import main

SAID = "please come quickly he is in the kitchen"
SECRETS = {
    "a name in an address": "anna-of-the-hook",
    "a password in an address": "hunter-two",
    "a key in a path": "T00k3y-in-the-path",
    "a key in a query": "k3y-in-the-query",
    "what signs": "whsec-of-the-hook",
    "a topic": "topic-of-grandma",
    "a broker's user": "user-of-the-broker",
    "a broker's password": "hunter-three",
    "a mistake in an address": "k3y-in-a-mistake",
    "words that were said": SAID,
}


@pytest.fixture
def care():
    """An HTTP server that takes webhooks at the second attempt, and nothing of Apprise's."""
    came = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            hook = SECRETS["a key in a path"] in self.path
            came.put(hook)
            self.send_response(500 if not hook else 503 if self.server.hooks == 0 else 204)
            self.server.hooks += hook
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.hooks, server.came, server.daemon_threads = 0, came, True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def settings(port):
    """Channels that know secrets; nothing is behind the broker's port."""
    name, password = SECRETS["a name in an address"], SECRETS["a password in an address"]
    path = f"{SECRETS['a key in a path']}?key={SECRETS['a key in a query']}"
    return f"""
[log]
level = "debug"
[privacy]
transcripts = true
[notify.webhook.care]
url = "http://{name}:{password}@127.0.0.1:{port}/{path}"
secret = "{SECRETS["what signs"]}"
transcripts = true
[notify.apprise.phone]
url = "ntfy://127.0.0.1:{port}/{SECRETS["a topic"]}"
[notify.mqtt.home]
host = "127.0.0.1"
port = 9
username = "{SECRETS["a broker's user"]}"
password = "{SECRETS["a broker's password"]}"
"""


@pytest.mark.slow
def test_neither_log_nor_dump_has_a_secret(
    start_daemon, words_before, scene_recording, care, tmp_path, monkeypatch
):
    for library in ("apprise", "aiomqtt", "httpx2"):
        pytest.importorskip(library, reason="the extra 'channels' is not installed")
    state = tmp_path / "state"
    words_before(state, SAID)
    daemon = start_daemon(
        f"file:{scene_recording}",
        "--linger",
        state=state,
        settings=settings(care.server_address[1]),
        environment={"HOME": str(tmp_path)},
    )
    daemon.until(lambda: care.hooks >= 2)

    def failing(channel):
        return daemon.readiness()["parts"][f"notify_{channel}"]["reason"]

    daemon.until(lambda: "error=500" in failing("phone") and "cannot be reached" in failing("home"))
    config = tmp_path / "config.toml"
    right = config.read_text()
    wrong = f'[notify.webhook.other]\nurl = "htp://x/{SECRETS["a mistake in an address"]}"\n'
    config.write_text(right + wrong)
    daemon.process.send_signal(signal.SIGHUP)
    daemon.until(lambda: daemon.readiness()["parts"]["config"]["state"] == "degraded")

    log = daemon.log.read_text()
    assert "channel phone" in log
    assert str(tmp_path) in log, "so that the dump has something to take out"
    kept = SECRETS | {"the token": daemon.token}
    assert [what for what, secret in kept.items() if secret.lower() in log.lower()] == []
    readiness = json.dumps(daemon.readiness())
    assert [what for what, secret in kept.items() if secret in readiness] == []

    config.write_text(right)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DISTRESSD_STATE", str(state))
    monkeypatch.setattr("daemon.support.parts.log", lambda: log)
    path = tmp_path / "dump.tar.gz"
    words = ["support-dump", "--config", str(config), "--output", str(path)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    with tarfile.open(path) as archive:
        packed = {
            entry.name: archive.extractfile(entry).read().decode().lower() for entry in archive
        }
    assert {"log.txt", "readyz.json"} <= {name.rpartition("/")[2] for name in packed}
    kept |= {"the home folder": str(tmp_path)}
    assert [
        (name, what)
        for name, text in packed.items()
        for what, secret in kept.items()
        if secret.lower() in text
    ] == []
