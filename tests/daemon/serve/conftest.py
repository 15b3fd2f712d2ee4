import json
import socket
import threading
from contextlib import ExitStack, suppress

import jsonschema
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from daemon.config.schema import Serve
from daemon.errors import StateError, UsageError
from daemon.health import Health
from daemon.serve.metrics import Metrics
from daemon.serve.server import AlertServer
from daemon.store.journal import Journal
from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339
from daemon.wire.channels import Channels, ChannelStatus
from daemon.wire.schema import schemas
from daemon.wire.server import SourceStatus, Telemetry
from daemon.wire.settings import Settings

NOW = 1_700_000_000.0
TOKEN = "t" * 43
VALUES = {
    "fusion.threshold.advisory": 0.62,
    "fusion.threshold.warning": 0.7,
    "fusion.threshold.critical": 0.9,
    "fusion.cooldown_s": 5.0,
    "quiet_hours.enabled": False,
    "quiet_hours.start": "22:00:00",
    "quiet_hours.end": "07:00:00",
    "notify.desktop": True,
    "notify.level": "warning",
    "notify.cooldown_s": 0.0,
    "notify.escalate_after_s": 0.0,
}
SCHEMAS = schemas()
FROM_SERVER = jsonschema.Draft202012Validator(SCHEMAS["server"])
FROM_CLIENT = jsonschema.Draft202012Validator(SCHEMAS["client"])


def make_event(alert="a", phase="raised", **changes):
    """An alert event as fusion hands it over: not numbered yet."""
    return AlertEvent(
        **{
            "time": rfc3339(NOW),
            "stream_s": 1.0,
            "id": alert,
            "phase": phase,
            "kind": "scream",
            "level": "critical",
            "score": 0.97,
            "evidence": {"audio": {"probability": 0.97, "weight": 1.0, "age_s": 0.0}},
            "emotions": ({"emotion": "fearful", "probability": 0.8},),
            "sounds": ({"label": "Screaming", "score": 0.9},),
            "why": "A scream.",
            "source": "file",
            "onset_s": 0.5,
            **changes,
        }
    )


class RecordedControl:
    """Remembers what it was asked; refuses the alert "unknown", hangs on "slow" until released."""

    def __init__(self):
        self.asked = []
        self.values = dict(VALUES)
        self.known = (ChannelStatus(name="desktop", sort="desktop", state="ok"),)
        self.hanging = threading.Semaphore(0)
        self.released = threading.Event()

    def ack(self, alert):
        if alert == "unknown":
            raise StateError("There is no alert 'unknown'.")
        if alert == "broken":
            raise RuntimeError("a bug")
        if alert == "slow":
            self.hanging.release()
            self.released.wait()
        self.asked.append(("ack", alert))

    def false_alarm(self, alert):
        self.asked.append(("false_alarm", alert))

    def revoke(self, alert):
        self.asked.append(("revoke", alert))

    def forget(self, since, until):
        self.asked.append(("forget", since, until))

    def pause(self, seconds):
        self.asked.append(("pause", seconds))

    def resume(self):
        self.asked.append(("resume",))

    def channels(self):
        return Channels(time=rfc3339(NOW), stream_s=1.0, id=None, channels=self.known, reason="")

    def test(self, channel):
        if channel not in {one.name for one in self.known}:
            raise UsageError(f"There is no channel {channel!r}, or it is off.")
        self.asked.append(("test", channel))

    def settings(self):
        return Settings(
            time=rfc3339(NOW),
            stream_s=1.0,
            id=None,
            values=self.values,
            file="config.toml",
            fixed="",
            waiting="",
        )

    def change(self, values):
        if "audio.source" in values:
            raise UsageError("'audio.source' cannot be changed while the daemon runs.")
        self.asked.append(("change", values))


class Client:
    """A plain websockets client. Every message, either way, is held to its schema."""

    def __init__(self, socket_):
        self.socket = socket_
        self.received = []

    def send(self, **message):
        FROM_CLIENT.validate(message)
        self.socket.send(json.dumps(message))

    def hello(self, token=TOKEN, **fields):
        self.send(type="hello", v=1, token=token, **fields)
        return self

    def recv(self, timeout=30):
        message = json.loads(self.socket.recv(timeout))
        FROM_SERVER.validate(message)
        self.received.append(message)
        return message

    def recv_until(self, wanted):
        """Messages up to and including the first for which ``wanted``."""
        messages = [self.recv()]
        while not wanted(messages[-1]):
            messages.append(self.recv())
        return messages

    def close_code(self):
        """Wait for the close, whatever comes before it."""
        with suppress(ConnectionClosed):
            while True:
                self.socket.recv(30)
        return self.socket.close_code

    @property
    def close_reason(self):
        return self.socket.close_reason


class Daemon:
    """A real journal and a real server on a port of the system's choice."""

    def __init__(self, folder, *, transcripts=False, **serve):
        self.health = Health()
        for part in ("source", "acoustic", "sound_events"):
            self.health.report(part, "ok")
        self.health.report("language", "unavailable", "not there", "install it")
        self.metrics = Metrics()
        self.control = RecordedControl()
        self.journal = Journal.open(
            folder, health=self.health, transcripts=transcripts, commit_patience_s=30
        )
        self.source = SourceStatus(name="file", state="ok")
        self.obstacles = []
        self.server = AlertServer(
            Serve(**({"port": 0} | serve)),
            journal=self.journal,
            token=TOKEN,
            health=self.health,
            control=self.control,
            metrics=self.metrics,
            source=lambda: self.source,
            stream_s=lambda: 12.5,
            obstacles=lambda: self.obstacles,
        )
        self._clients = ExitStack()
        self._raw = []
        try:
            self.server.start()
        except Exception:
            self.journal.close()
            raise

    def alert(self, *arguments, **changes):
        event = self.journal.append(make_event(*arguments, **changes))
        self.server.publish(event)
        return event

    def connect(self, path="/v1/alerts", *, scheme="ws", name="127.0.0.1", raw=None, **options):
        """Connect by ``name``, which leads here whatever it is, as after DNS rebinding."""
        raw = raw or socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        uri = f"{scheme}://{name}:{self.server.port}{path}"
        with ExitStack() as failing:
            failing.callback(raw.close)
            opened = self._clients.enter_context(
                connect(uri, sock=raw, proxy=None, close_timeout=1, **options)
            )
            failing.pop_all()
        self._raw.append(raw)
        return Client(opened)

    def subscribe(self, path="/v1/alerts", **fields):
        """A client that has said hello, and its snapshot."""
        client = self.connect(path).hello(**fields)
        return client, client.recv()

    def sign_in(self):
        """An address that signs a browser in."""
        client, _ = self.subscribe()
        client.send(type="sign_in", id="1")
        path = client.recv()["path"]
        client.socket.close()
        return f"http://127.0.0.1:{self.server.port}{path}"

    def deaf(self):
        """A subscriber that says hello, and then never reads."""
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", self.server.port))
        return self.connect(raw=raw, max_queue=1).hello()

    def http(self, request, *, host=None):
        """Status line, headers and body of the answer to a request written by hand."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as raw:
            host = f"127.0.0.1:{self.server.port}" if host is None else host
            raw.sendall(f"{request}\r\nHost: {host}\r\n\r\n".encode())
            answer = b""
            while piece := raw.recv(65536):
                answer += piece
        head, _, body = answer.decode().partition("\r\n\r\n")
        status, *headers = head.split("\r\n")
        return status, dict(line.split(": ", 1) for line in headers), body

    def stop(self):
        self.control.released.set()
        self.server.stop()
        for raw in self._raw:  # a deaf client would wait for an answer
            with suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)
        self._clients.close()
        self.journal.close()


@pytest.fixture
def start(tmp_path):
    """Starts daemons with the given ``[serve]``, and stops them."""
    started = []

    def start_(folder=tmp_path, **serve):
        daemon = Daemon(folder, **serve)
        started.append(daemon)
        return daemon

    yield start_
    for daemon in started:
        daemon.stop()


@pytest.fixture
def daemon(start):
    return start()


@pytest.fixture
def sample():
    """Makes what is heard at a moment of the stream."""

    def sample_(stream_s, **changes):
        emotions = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
        heard = {
            "time": rfc3339(NOW + stream_s),
            "stream_s": stream_s,
            "level_db": -30.0,
            "floor_db": -60.0,
            "gate": True,
            "distress": 0.1,
            "infant": 0.0,
            "score": 0.1,
            "posterior": dict.fromkeys(emotions, 0.125),
            "sounds": ({"label": "Speech", "score": 0.9},),
        }
        return Telemetry(**heard | changes)

    return sample_
