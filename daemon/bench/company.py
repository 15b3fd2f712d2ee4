"""Open dashboards, and every kind of channel, beside a measurement."""

import contextlib
import json
import os
import shutil
import socket as sockets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from websockets.sync.client import connect

from daemon.bench.process import RunningDaemon
from daemon.errors import DistressdError

PATIENCE_S = 30.0
FIGURES = ("state", "sent", "waiting", "retried", "dropped")
SBIN = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
# Each tells of every alert at once, so that each has as much to do as possible.
RULES = 'level = "advisory"\ndigest_after = 0\n'
CHANNELS = """
[notify.apprise.phone]
url = "json://127.0.0.1:{takes}/"
{rules}
[notify.webhook.care]
url = "http://127.0.0.1:{takes}/"
{rules}
[notify.webhook.dead]
url = "http://127.0.0.1:{hangs}/"
timeout_s = 2.0
{rules}
[notify.mqtt.home]
host = "127.0.0.1"
port = {broker}
{rules}
[notify.command.bell]
command = ["cat"]
{rules}
"""


class Company:
    """Who looks on, and who is told.

    Attributes:
        settings: TOML of the channels, or nothing.
    """

    def __init__(self, process: "subprocess.Popen[str]", dashboards: int, settings: str) -> None:
        self._process = process
        self._dashboards = dashboards
        self.settings = settings

    def join(self, daemon: RunningDaemon) -> None:
        """Open the dashboards; returns when each has been told what is heard."""
        where = {"url": daemon.url, "token": daemon.token, "dashboards": self._dashboards}
        _stdin(self._process).write(json.dumps(where) + "\n")
        _stdin(self._process).flush()
        _line(self._process)

    def leave(self, daemon: RunningDaemon) -> dict[str, Any]:
        """Close them: what came, and how each channel got on."""
        channels = _channels(daemon) if self.settings else {}
        _stdin(self._process).close()
        found: dict[str, Any] = {"dashboards": {"open": self._dashboards} | _line(self._process)}
        return found | ({"channels": channels} if channels else {})


@contextlib.contextmanager
def company(dashboards: int, *, channels: bool) -> Iterator[Company]:
    """``dashboards`` that can be opened; with ``channels``, one of every kind and a dead one."""
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "daemon.bench.onlookers"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(process.terminate)
        takes, hangs = _line(process)["ports"]
        settings = ""
        if channels:
            broker = stack.enter_context(_broker())
            settings = CHANNELS.format(takes=takes, hangs=hangs, broker=broker, rules=RULES)
        yield Company(process, dashboards, settings)


@contextlib.contextmanager
def _broker() -> Iterator[int]:
    """The port of a Mosquitto; of nothing at all, where none is installed."""
    with sockets.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    program = shutil.which("mosquitto", path=os.pathsep.join((os.environ.get("PATH", ""), *SBIN)))
    if program is None:
        sys.stderr.write("mosquitto is not installed: the MQTT channel is dead as well.\n")
        yield port
        return
    broker = subprocess.Popen(  # noqa: S603 - the program that was found
        [program, "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        broker.terminate()
        broker.wait()


def _channels(daemon: RunningDaemon) -> dict[str, dict[str, Any]]:
    """How each channel gets on."""
    with connect(f"{daemon.url}/v1/alerts", compression=None, max_size=None) as socket:
        socket.send(json.dumps({"type": "hello", "v": 1, "token": daemon.token}))
        socket.send(json.dumps({"type": "show_channels", "id": "1"}))
        while (message := json.loads(socket.recv(PATIENCE_S))).get("id") != "1":
            pass
    return {one["name"]: {name: one[name] for name in FIGURES} for one in message["channels"]}


def _line(process: "subprocess.Popen[str]") -> dict[str, Any]:
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        raise DistressdError("The dashboards of the measurement have died.")
    found: dict[str, Any] = json.loads(line)
    return found


def _stdin(process: "subprocess.Popen[str]") -> Any:
    return process.stdin
