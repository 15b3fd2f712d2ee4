"""Fixtures of more than one package: recordings, language models, and a virtual microphone."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from daemon.audio import portaudio
from daemon.audio.devices import input_devices
from daemon.errors import SourceUnavailable
from models.catalogue import MINILM, SMOLLM2, WHISPER
from models.errors import ModelError
from models.registry import FILES, find

# How long an example takes says nothing on a machine that others share; and a test that passed
# passes again: the examples are those of the test's text, everywhere.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

# Where the tests were started in the background, SIGINT is ignored, and every process started here
# would inherit that; those that are told to end by it would go on for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

BESIDE = Path(__file__).parents[2] / "shared" / "data"
PULSEAUDIO_START_S = 60.0


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of the corpora."""
    root = Path(os.environ.get("DISTRESSD_DATA") or BESIDE)
    if not root.is_dir():
        pytest.skip(f"no recordings at {root}; name their folder in DISTRESSD_DATA")
    return root


def _or_skip(modules: tuple[str, ...], models: set[str]) -> None:
    for module in modules:
        pytest.importorskip(module, reason=f"the extra 'language' is not installed: {module}")
    try:
        for file in FILES.values():
            if file.model in models:
                find(file.name)
    except ModelError as error:
        pytest.skip(f"no language models: {error}")


@pytest.fixture(scope="session")
def language_models() -> None:
    """Skips where the models that transcribe and read, or their libraries, cannot be had."""
    _or_skip(("faster_whisper", "llama_cpp"), {WHISPER, SMOLLM2, MINILM})


@pytest.fixture(scope="session")
def words_models() -> None:
    """Skips where Whisper and the sentence embedding, or their library, cannot be had."""
    _or_skip(("faster_whisper",), {WHISPER, MINILM})


class VirtualMicrophone:
    """A private PulseAudio daemon whose null sink is heard through PortAudio.

    Attributes:
        environment: for every process that is to hear it, this one included.
        device: its name in PortAudio.
    """

    device = "pulse"
    sink = "distressd_null"
    bedside = "bedside"  # a second microphone, which can be plugged in and out

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "native"
        self._daemon: subprocess.Popen[bytes] | None = None
        alsa = folder / "asound.conf"
        # PortAudio breaks an assertion of its own where ALSA has no default.
        alsa.write_text(
            "pcm.pulse { type pulse }\npcm.!default pulse\n"
            f'pcm.{self.bedside} {{ type pulse\ndevice "{self.bedside}.monitor" }}\n'
        )
        self.environment = {
            "ALSA_CONFIG_PATH": str(alsa),
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_SINK": self.sink,
            "PULSE_SOURCE": f"{self.sink}.monitor",
            "PULSE_COOKIE": str(folder / "cookie"),
        }

    def start(self) -> None:
        """Start the daemon; returns when it can be connected to."""
        private = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"), str(self._folder))
        # Without rewinds the null sink works in pieces of milliseconds instead of seconds.
        sink = f"module-null-sink sink_name={self.sink} rate=16000 channels=1 format=s16le"
        protocol = f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"
        # A minute without a client, and it goes: no orphan outlives a test run that was killed.
        options = ("--daemonize=no", "--system=no", "--use-pid-file=no", "--exit-idle-time=60")
        with (self._folder / "log").open("ab") as log:
            self._daemon = subprocess.Popen(
                ["pulseaudio", *options, "-n", "-L", f"{sink} norewinds=1", "-L", protocol],
                env={**os.environ, **private, "PULSE_COOKIE": self.environment["PULSE_COOKIE"]},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PULSEAUDIO_START_S
        while not self._answers():
            if self._daemon.poll() is not None or time.monotonic() > deadline:
                pytest.fail("PulseAudio did not start: " + (self._folder / "log").read_text())
            time.sleep(0.02)  # nothing tells when another program listens

    def kill(self) -> None:
        """End the daemon without a farewell."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
            self._daemon = None
        self._socket.unlink(missing_ok=True)

    def plug_in(self, sink: str) -> None:
        """Connect the microphone ``sink``."""
        form = ("rate=16000", "channels=1", "format=s16le", "norewinds=1")
        self._control("load-module", "module-null-sink", f"sink_name={sink}", *form)

    def plug_out(self, sink: str) -> None:
        """Disconnect it, under whoever listens to it."""
        for line in self._control("list", "short", "modules").splitlines():
            if f"sink_name={sink}" in line:
                self._control("unload-module", line.split()[0])

    def _control(self, *words: str) -> str:
        return subprocess.run(
            ["pactl", *words],
            env={**os.environ, **self.environment},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The daemon stands still: it neither answers nor goes away."""
        if self._daemon is None:
            raise RuntimeError("it does not run")
        self._daemon.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._daemon.send_signal(signal.SIGCONT)

    def player(self) -> subprocess.Popen[bytes]:
        """A process that plays what is written to its standard input at once: 16 kHz mono s16le."""
        form = ("--raw", "--format=s16le", "--rate=16000", "--channels=1")
        return subprocess.Popen(
            ["pacat", "--playback", *form, "--latency-msec=10"],
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
        )

    def play(self, path: Path, sink: str = sink) -> None:
        """Play a sound file to one microphone, and return when it has been played."""
        subprocess.run(
            ["paplay", "--latency-msec=50", f"--device={sink}", str(path)],
            env={**os.environ, **self.environment},
            check=True,
        )

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self._socket))
            except OSError:
                return False
        return True


@pytest.fixture(scope="session")
def pulseaudio() -> Iterator[VirtualMicrophone]:
    """The session's virtual microphone; take :func:`virtual_microphone` instead."""
    for program in ("pulseaudio", "pacat", "pactl", "paplay"):
        if sys.platform != "linux" or shutil.which(program) is None:
            pytest.skip(f"no virtual microphone: {program} is not installed")
    with tempfile.TemporaryDirectory(prefix="distressd-pulse-") as folder:
        microphone = VirtualMicrophone(Path(folder))
        try:
            yield microphone
        finally:
            microphone.kill()


@pytest.fixture
def virtual_microphone(
    pulseaudio: VirtualMicrophone, monkeypatch: pytest.MonkeyPatch
) -> Iterator[VirtualMicrophone]:
    """A running virtual microphone, also for this process and those that it starts."""
    for name, value in pulseaudio.environment.items():
        monkeypatch.setenv(name, value)
    pulseaudio.start()
    try:
        try:
            portaudio.refresh()
            devices = input_devices()
        except SourceUnavailable as error:
            pytest.skip(f"no virtual microphone: {error}")
        if pulseaudio.device not in {device.name for device in devices}:
            pytest.skip("no virtual microphone: ALSA has no PulseAudio plugin")
        yield pulseaudio
    finally:
        pulseaudio.kill()
