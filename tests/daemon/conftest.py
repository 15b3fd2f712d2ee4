"""A real daemon in a process of its own."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from websockets.sync.client import ClientConnection, connect

from daemon.config.load import shipped_config

PATIENCE_S = 120.0
FAULTY = Path(__file__).with_name("faulty.py")
SETTINGS = """version = 1
[serve]
port = 0
[notify]
desktop = false
"""
SILENT = "[language]\nenabled = false\n"


class SmallDisk:
    """A file system of its own, small enough to fill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Take every byte that is left."""
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(2**12))

    def free(self) -> None:
        """Give them back."""
        self._ballast.unlink()

    def mount(self, option: str) -> None:
        """Mount it again with ``option``: ro or rw."""
        subprocess.run(["mount", "-o", f"remount,{option}", self.folder], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Skips where this user may not mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(folder)]
    try:
        made = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no small disk: {error}")
    if made.returncode:
        pytest.skip(f"no small disk: {made.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=False)


@pytest.fixture
def row() -> Callable[..., None]:
    """Prints a row of the fault table: alerts lost, seconds until noticed and until all is well."""

    def show(
        fault: str, noticed_s: float | None, recovered_s: float | None, lost: int | str = 0
    ) -> None:
        times = [f"{s:.1f} s" if s is not None else "–" for s in (noticed_s, recovered_s)]
        print(f"\n| {fault} | {lost} | {times[0]} | {times[1]} |")

    return show


@pytest.fixture(autouse=True)
def shipped_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on what the user of this machine has configured."""
    monkeypatch.setenv("DISTRESSD_CONFIG", str(shipped_config()))


class Subscriber:
    """A plain websockets client that has said hello."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def receive(self) -> dict[str, Any]:
        """The next message."""
        message: dict[str, Any] = json.loads(self.socket.recv(timeout=PATIENCE_S))
        return message

    def alerts(self, last_phase: str) -> list[dict[str, Any]]:
        """Alert events up to and with the first of ``last_phase``."""
        found: list[dict[str, Any]] = []
        while not found or found[-1]["phase"] != last_phase:
            message = self.receive()
            if message["type"] == "alert":
                found.append(message)
        return found


@dataclass
class DaemonProcess:
    """A running daemon and its state folder."""

    process: subprocess.Popen[bytes]
    state: Path
    url: str
    log: Path

    @property
    def token(self) -> str:
        return (self.state / "token").read_text().strip()

    @contextlib.contextmanager
    def subscribe(self, path: str = "/v1/alerts", **hello: Any) -> Iterator[Subscriber]:
        """A subscriber; its snapshot is still to be read."""
        with connect(self.url + path, compression=None) as socket:
            socket.send(json.dumps({"type": "hello", "v": 1, "token": self.token} | hello))
            yield Subscriber(socket)

    def readiness(self) -> dict[str, Any]:
        """What ``/readyz`` says, ready or not."""
        try:
            with urllib.request.urlopen(self.url.replace("ws", "http", 1) + "/readyz") as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                return dict(json.load(error))

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until ``condition`` holds; where it never does, the log says why."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)  # another process: there is no event to await

    def hear(self, recording: Path) -> None:
        """Pipe ``recording`` (16 kHz) into a daemon whose source is stdin."""
        pcm, _ = soundfile.read(recording, dtype="int16")
        pipe = self.process.stdin
        assert pipe is not None

        def write() -> None:
            with contextlib.suppress(BrokenPipeError):
                pipe.write(pcm.astype("<i2").tobytes())
                pipe.flush()

        threading.Thread(target=write, daemon=True).start()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE_S)


@pytest.fixture
def words_before() -> Callable[[Path, str], None]:
    """Begins a store with an alert that carries words, is an hour old and still open."""
    from daemon.health import Health
    from daemon.store.journal import Journal
    from daemon.wire.alert import AlertEvent
    from daemon.wire.base import rfc3339

    def begin(state: Path, said: str) -> None:
        state.mkdir(mode=0o700)
        moment = {"time": rfc3339(time.time() - 3_600), "stream_s": 1.0, "onset_s": 0.5}
        decided = {"id": "before", "phase": "raised", "kind": "scream", "level": "critical"}
        heard = {"score": 0.9, "evidence": {}, "emotions": (), "sounds": (), "source": "mic"}
        words = {"why": "A scream.", "transcript": said, "explanation": said}
        with Journal.open(state, health=Health(), transcripts=True) as journal:
            journal.append(AlertEvent.model_validate(moment | decided | heard | words))

    return begin


@pytest.fixture
def start_daemon(tmp_path: Path) -> Iterator[Callable[..., DaemonProcess]]:
    """Starts ``distressd run`` as a process; stops what is left of them at the end."""
    running: list[DaemonProcess] = []

    def start(
        source: str,
        *words: str,
        state: Path | None = None,
        settings: str = "",
        environment: dict[str, str] | None = None,
        port: int = 0,
        fault: str = "",
        notify: bool = False,
    ) -> DaemonProcess:
        """With a ``port`` of its own it is found there, without a run file.

        A ``fault`` is one of those in ``faulty.py``.
        """
        program = (str(FAULTY), fault) if fault else ("-m", "daemon")
        state = state or tmp_path / "state"
        config = tmp_path / "config.toml"
        basic = SETTINGS.replace("port = 0", f"port = {port}")
        if notify:
            basic = basic.replace("desktop = false", "desktop = true")
        # Only tests that say what language is to do pay for the models.
        language = "" if "[language]" in settings else SILENT
        config.write_text(basic + settings + language)
        log = (tmp_path / f"log{len(running)}").open("wb")
        process = subprocess.Popen(
            [
                *(sys.executable, *program, "run", "--config", str(config)),
                *("--source", source, *words),
            ],
            env=os.environ | {"DISTRESSD_STATE": str(state)} | (environment or {}),
            stdin=subprocess.PIPE,  # "stdin" hears nothing until a test writes there
            stdout=log,
            stderr=log,
        )
        log.close()
        deadline = time.monotonic() + PATIENCE_S
        while not (_listens(port) if port else _is_run_of(process, state)):
            assert process.poll() is None, Path(log.name).read_text()
            assert time.monotonic() < deadline, "the daemon did not start"
            time.sleep(0.01)  # another process writes the file: there is no event to await
        url = f"ws://127.0.0.1:{port}"
        if not port:
            url = json.loads((state / "run.json").read_text())["url"]
        running.append(DaemonProcess(process, state, url, Path(log.name)))
        return running[-1]

    yield start
    for daemon in running:
        if daemon.process.poll() is None:
            daemon.stop()
        if daemon.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                daemon.process.stdin.close()


@pytest.fixture
def distressd(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command as a process, in the state folder that ``start_daemon`` uses, to its end."""

    def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "daemon", *map(str, words)],
            env=os.environ | {"DISTRESSD_STATE": str(tmp_path / "state")} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    return run


def _is_run_of(process: subprocess.Popen[bytes], state: Path) -> bool:
    run = state / "run.json"
    return run.exists() and bool(json.loads(run.read_text())["pid"] == process.pid)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def scene_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration scene from just before its first scream to its quiet, as a recording."""
    from daemon.audio.scene import render, timeline

    first = next(part for part in timeline() if part.distress)
    start, end = int((first.start_s - 3.0) * 16_000), int((first.end_s + 6.0) * 16_000)
    path = tmp_path_factory.mktemp("scene") / "scream.wav"
    soundfile.write(path, render()[start:end], 16_000)
    return path


@pytest.fixture(scope="session")
def call_for_help(tmp_path_factory: pytest.TempPathFactory, words_models: None) -> Path:
    """A scream of the demonstration scene, and then, in the same breath, a call for help."""
    from daemon.audio.scene import render, timeline

    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("no voice: espeak-ng is not installed")
    folder = tmp_path_factory.mktemp("words")
    said = "Help me please! Somebody help me! Call an ambulance!"
    subprocess.run(
        [program, "-v", "en-us+f3", "-s", "130", "-w", folder / "v.wav", said], check=True
    )
    voice, rate = soundfile.read(folder / "v.wav", dtype="float32")
    voice = soxr.resample(voice, rate, 16_000) * 0.6
    first = next(part for part in timeline() if part.distress)
    start, end = int((first.start_s - 3.0) * 16_000), int((first.end_s + 0.2) * 16_000)
    room = np.random.default_rng(1).standard_normal(16_000 * 8).astype(np.float32) * 0.0006
    whole = np.concatenate([render()[start:end], voice, room])
    path = folder / "help.wav"
    soundfile.write(path, whole.astype(np.float32), 16_000)
    return path
