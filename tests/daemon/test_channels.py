"""Channels of a daemon that runs: one that works, one that is dead, and a wrong configuration."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def receiver():
    """An HTTP server; the bodies that came are in its ``taken``."""
    taken = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.taken = taken
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_dead_channel_keeps_an_alert_from_nobody(start_daemon, scene_recording, receiver):
    settings = f"""
[notify.webhook.care]
url = "http://127.0.0.1:{receiver.server_address[1]}/"
[notify.webhook.dead]
url = "http://127.0.0.1:9/"
[notify.mqtt.gone]
host = "127.0.0.1"
port = 9
"""
    daemon = start_daemon(f"file:{scene_recording}", "--linger", settings=settings)
    with daemon.subscribe() as subscriber:
        raised = subscriber.alerts("raised")[-1]
        told = receiver.taken.get(timeout=60)
        assert (told["type"], told["alert"]["id"]) == ("alert", raised["id"])
        subscriber.alerts("cleared")
        parts = daemon.readiness()["parts"]
        assert parts["notify"]["state"] == "degraded"
        assert parts["notify_gone"]["state"] in {"degraded", "unavailable"}
        assert "127.0.0.1:9 cannot be reached" in parts["notify_gone"]["reason"]
        with_figures = parts["notify_care"]["figures"]
        assert with_figures["sent"] >= 1
    assert daemon.stop() == 0


def test_every_mistake_keeps_it_from_starting(distressd, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('version = 1\n[notify.mqtt.a]\n[notify.webhook.b]\nurl = "x"\n')
    done = distressd("run", "--config", config, "--source", "stdin")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"distressd: {config}:2: [notify.mqtt.a] host: is missing",
        f"{config}:4: [notify.webhook.b] url: must be an address that begins with https:// or"
        " http://",
    ]
