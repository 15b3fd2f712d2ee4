"""Real other ends: an HTTP server that can fail, and an MQTT broker that can be killed."""

import contextlib
import json
import os
import queue
import shutil
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from daemon.config.notify import Notify
from daemon.config.schema import QuietHours
from daemon.notify.notifier import Notifier
from daemon.wire.alert import AlertEvent

PATIENCE_S = 60


def make_alert(alert_id="a", phase="raised", level="warning", **changes) -> AlertEvent:
    return AlertEvent(
        **{
            "time": "2026-01-01T00:00:00.000000Z",
            "stream_s": 1.0,
            "id": alert_id,
            "phase": phase,
            "kind": "scream",
            "level": level,
            "score": 0.7,
            "evidence": {},
            "emotions": (),
            "sounds": (),
            "transcript": "help me",
            "why": f"Alert {alert_id}.",
            "source": "mic",
            "onset_s": 0.5,
            **changes,
        }
    )


@pytest.fixture
def alert():
    return make_alert


@pytest.fixture
def start(board, monkeypatch):
    """Starts notifiers with the channels of the given TOML-like tables, and stops them."""
    monkeypatch.setattr("daemon.notify.breaker.FIRST_S", 0.01)
    monkeypatch.setattr("daemon.notify.breaker.OPEN_S", 0.05)
    monkeypatch.setattr("daemon.notify.breaker.LONGEST_S", 0.1)
    started = []

    def start_(around=None, shelf=None, **channels):
        config = Notify.model_validate({"desktop": False, **channels})
        notifier = Notifier(config, QuietHours(), board, "mic", around=around, shelf=shelf)
        notifier.start()
        started.append(notifier)
        return notifier

    yield start_
    for notifier in started:
        notifier.stop(0.0)


class Receiver:
    """An HTTP server whose answers can be chosen.

    Attributes:
        taken: bodies and headers that were answered with 200, in order.
        came: one for each request that came, whatever its answer.
        status: of the answers; None: there is none as long as that is so.
    """

    def __init__(self):
        self.taken = queue.Queue()
        self.came = queue.Queue()
        self.status = 200
        self.headers = {}
        self._changed = threading.Condition()
        self._server = None
        self.port = 0
        self.open()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/path"

    def answer(self, status, **headers):
        with self._changed:
            self.status, self.headers = status, headers
            self._changed.notify_all()

    def open(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.came.put(self.path)
                with receiver._changed:
                    if receiver.status is None:  # who hung, has lost the line by then
                        receiver._changed.wait_for(
                            lambda: receiver.status is not None, timeout=PATIENCE_S
                        )
                        self.close_connection = True
                        return
                    status, headers = receiver.status, receiver.headers
                if status == 200:
                    receiver.taken.put((body, dict(self.headers)))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def next(self):
        """The next body that was taken, as JSON."""
        return json.loads(self.taken.get(timeout=PATIENCE_S)[0])


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.answer(500)
    receiver.close()


class Broker:
    """A real Mosquitto, with one user."""

    user, password = "alarm", "correct horse"

    def __init__(self, folder):
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        passwords = folder / "passwords"
        passwords.touch(mode=0o600)
        subprocess.run(
            ["mosquitto_passwd", "-b", passwords, self.user, self.password],
            check=True,
            capture_output=True,
        )
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous false\n"
            f"password_file {passwords}\nuser root\npersistence false\n"
        )
        self._process = None
        self.start()

    def start(self):
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["mosquitto", "-c", self._folder / "mosquitto.conf"], stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.02)  # nothing tells when another program listens
            else:
                return

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def settings(self, **more):
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "username": self.user,
            "password": self.password,
            "daemon": "bedroom",
            **more,
        }


@pytest.fixture
def broker(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/opt/homebrew/sbin")
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not installed")
    broker = Broker(tmp_path)
    yield broker
    broker.kill()


class Line:
    """A line to a broker that can be cut while both its ends are well.

    Attributes:
        port: where it begins.
    """

    def __init__(self, broker):
        self._broker = broker
        self._ends = []
        self._server = None
        self.port = 0
        self.mend()

    def mend(self):
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def cut(self):
        for end in (self._server, *self._ends):
            with contextlib.suppress(OSError):  # it may be gone already
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends = []

    def _accept(self, server):
        with contextlib.suppress(OSError):  # it is cut
            while True:
                near, _ = server.accept()
                far = socket.create_connection(("127.0.0.1", self._broker.port))
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with contextlib.suppress(OSError):  # it is cut
            while piece := one.recv(65_536):
                other.sendall(piece)
            other.shutdown(socket.SHUT_WR)


@pytest.fixture
def line(broker):
    line = Line(broker)
    yield line
    line.cut()


class Watcher:
    """An MQTT client that keeps every message."""

    def __init__(self, broker):
        import paho.mqtt.client as paho

        self.messages = queue.Queue()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(broker.user, broker.password)
        ready = threading.Event()
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = lambda _c, _u, message: self.messages.put(
            (message.topic, message.payload.decode(), bool(message.retain))
        )
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        assert ready.wait(PATIENCE_S)

    def until(self, topic, wanted=lambda _: True):
        """The next payload on ``topic`` that is ``wanted``."""
        while True:
            found, payload, _ = self.messages.get(timeout=PATIENCE_S)
            if found == topic and wanted(payload):
                return payload

    def publish(self, topic, payload, *, retain=False):
        self._client.publish(topic, payload, 1, retain=retain).wait_for_publish(PATIENCE_S)

    def close(self):
        self._client.loop_stop()
        self._client.disconnect()


@pytest.fixture
def watch(broker):
    watchers = []

    def watch_():
        watchers.append(Watcher(broker))
        return watchers[-1]

    yield watch_
    for watcher in watchers:
        watcher.close()
