"""Whatever is wrong from outside: a sentence and a status, or handled; nobody else is affected.

One check of each, with the real command line and a real daemon. The server's own tests go
further into admission, the source's into damaged recordings.
"""

import hashlib
import json
import shutil
import socket
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from click.testing import CliRunner
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from daemon.cli import main
from daemon.fusion.level import RANK
from models.networks.weights import SHIPPED

PATIENCE_S = 60.0


# The configuration


def test_every_mistake_in_the_configuration_at_once(distressd, tmp_path):
    config = tmp_path / "wrong.toml"
    config.write_text(
        '[audio]\nsource = "mike"\n[serve]\nprot = 1\nport = 99999\n[notify]\nlevel = "criticl"\n'
    )
    for words in (["config", "check", config], ["run", "--config", config]):
        done = distressd(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            f'distressd: {config}:2: [audio] source = "mike": must be "mic", "demo", "stdin",'
            ' or "file:" and a path\n'
            f'{config}:4: [serve] prot: unknown setting. Did you mean "port"?\n'
            f"{config}:5: [serve] port = 99999: must be at most 65535\n"
            f"{config}:7: [notify] level = \"criticl\": must be 'advisory', 'warning' or"
            " 'critical'. Did you mean \"critical\"?\n"
        )


# The microphone


def source_in(subscriber, state):
    """The source, once it is in ``state``."""
    while True:
        message = subscriber.receive()
        if message["type"] in {"snapshot", "source"} and message["source"]["state"] == state:
            return message["source"]


def test_an_absent_microphone_is_said_and_tried_again(start_daemon, distressd):
    daemon = start_daemon("mic", settings='[audio]\ndevice = "A microphone nobody has"\n')
    with daemon.subscribe() as subscriber:
        source = source_in(subscriber, "unavailable")
    assert source["name"] == "mic"
    assert source["reason"]
    assert source["remedy"]
    attempts = set()
    deadline = time.monotonic() + PATIENCE_S
    while len(attempts) < 3 and time.monotonic() < deadline:
        said = daemon.readiness()
        assert said["ready"] is False
        attempts.add(said["parts"]["source"]["figures"]["next_attempt_s"])
        time.sleep(0.05)  # an attempt that changes nothing is no event
    assert len(attempts) == 3
    status = json.loads(distressd("status", "--json").stdout)
    assert status["ready"] is False
    assert status["parts"]["source"]["state"] == "unavailable"
    assert daemon.stop() == 0
    log = daemon.log.read_text()
    assert log.count("Trying again in") == 1, "the same failure is logged once"
    assert "Traceback" not in log


# Recordings


@pytest.fixture
def recording(scene_recording, tmp_path):
    """Makes one that is bad, or only unusual, of the scream of the scene."""
    sound, rate = soundfile.read(scene_recording)
    path = tmp_path / "recording.wav"

    def make(what: str) -> Path:
        match what:
            case "empty":
                path.touch()
            case "text":
                path.write_text("Somebody screams.\n" * 50)
            case "corrupt":
                path.write_bytes(np.random.default_rng(1).bytes(20_000))
            case "truncated":
                whole = scene_recording.read_bytes()
                path.write_bytes(whole[: len(whole) // 2])
            case "nan":
                broken = sound.copy()
                broken[8_000:8_100] = np.nan
                broken[8_200] = np.inf
                soundfile.write(path, broken, rate, subtype="FLOAT")
            case "8-bit":
                soundfile.write(path, sound, rate, subtype="PCM_U8")
            case "96 kHz":
                soundfile.write(path, soxr.resample(sound, rate, 96_000), 96_000)
            case "8 channels":
                soundfile.write(path, np.tile(sound[:, None], 8), rate)
        return path

    return make


@pytest.mark.parametrize("command", ["replay", "analyze"])
@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("missing", "does not exist"),
        ("empty", "is empty"),
        ("text", "is not a recording that can be read"),
        ("corrupt", "is not a recording that can be read"),
        ("truncated", "is cut off"),
    ],
)
def test_a_bad_recording_is_one_sentence(recording, command, what, says):
    path = recording(what)
    done = CliRunner().invoke(main, [command, str(path), "--json"])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"distressd: {path} {says}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("what", ["nan", "8-bit", "96 kHz", "8 channels"])
def test_an_unusual_recording_is_heard_as_it_sounds(recording, what):
    path = str(recording(what))
    replayed = CliRunner().invoke(main, ["replay", path, "--json"])
    analyzed = CliRunner().invoke(main, ["analyze", path, "--no-language", "--json"])
    assert (replayed.exit_code, analyzed.exit_code) == (0, 0)
    events = [json.loads(line) for line in replayed.stdout.splitlines()]
    first = [event for event in events if event["id"] == events[0]["id"]]
    assert (first[0]["phase"], first[0]["kind"]) == ("raised", "scream")
    highest = max((event["level"] for event in first), key=RANK.__getitem__)
    assert json.loads(analyzed.stdout)["level"] == highest


def test_a_daemon_refuses_a_bad_recording(distressd, tmp_path):
    (tmp_path / "text.wav").write_text("Somebody screams.\n")
    config = tmp_path / "config.toml"
    config.write_text("[serve]\nport = 0\n[notify]\ndesktop = false\n")
    done = distressd("run", "--config", config, "--source", f"file:{tmp_path / 'text.wav'}")
    assert done.returncode == 1
    assert "is not a recording that can be read" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state" / "run.json").exists()


# The machine


def test_a_port_in_use_is_a_sentence(distressd, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config = tmp_path / "config.toml"
        config.write_text(f"[serve]\nport = {port}\n")
        done = distressd("run", "--config", config, "--source", "demo")
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_state_folder_that_cannot_be_made_is_a_sentence(distressd, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "state"
    done = distressd("run", "--source", "demo", DISTRESSD_STATE=str(folder))
    assert done.returncode == 1
    assert done.stderr.startswith(f"distressd: The state folder {folder} cannot be used")
    assert "Traceback" not in done.stderr


def test_a_token_that_others_can_read_is_refused(distressd, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    (state / "token").write_text("t" * 43)
    (state / "token").chmod(0o644)
    done = distressd("run", "--source", "demo")
    assert done.returncode == 1
    assert f"chmod 600 {state / 'token'}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("damage", ["altered", "cut short and pinned"])
def test_damaged_acoustic_weights_refuse_the_start(distressd, tmp_path, damage):
    path = tmp_path / "own.safetensors"
    whole = bytearray(SHIPPED.read_bytes())
    if damage == "altered":
        shutil.copy(SHIPPED.with_suffix(".sha256"), path.with_suffix(".sha256"))
        whole[len(whole) // 2] ^= 1
    else:
        del whole[len(whole) // 2 :]
        digest = hashlib.sha256(whole).hexdigest()
        path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n")
    path.write_bytes(whole)
    config = tmp_path / "config.toml"
    config.write_text(f"[serve]\nport = 0\n[acoustic]\nweights = '{path}'\n")
    done = distressd("run", "--config", config, "--source", "demo")
    assert done.returncode == 1
    assert str(path) in done.stderr.splitlines()[-1]
    assert "einstall distressd" in done.stderr.splitlines()[-1], "the remedy"
    assert "Traceback" not in done.stderr


def test_a_second_daemon_is_refused(start_daemon, distressd):
    daemon = start_daemon("stdin")
    done = distressd("run", "--source", "demo")
    assert done.returncode == 1
    assert f"Another daemon (process {daemon.process.pid})" in done.stderr
    assert daemon.readiness()


# Clients


def closed(daemon, *messages, name="127.0.0.1", origin=None):
    """The code with which ``daemon`` closes on a client that calls it ``name``."""
    port = int(daemon.url.rpartition(":")[2])
    line = socket.create_connection(("127.0.0.1", port))
    with connect(f"ws://{name}:{port}/v1/alerts", sock=line, origin=origin) as client:
        with suppress(ConnectionClosed):
            for message in messages:
                client.send(message)
            while True:
                client.recv(PATIENCE_S)
        return client.close_code


@pytest.mark.slow
def test_bad_clients_are_refused_or_isolated(start_daemon, scene_recording):
    daemon = start_daemon(f"file:{scene_recording}")
    hello = json.dumps({"type": "hello", "v": 1, "token": daemon.token})
    address = ("127.0.0.1", int(daemon.url.rpartition(":")[2]))
    with (
        daemon.subscribe() as subscriber,
        # It does not read the goodbye either: nothing is to be waited for.
        connect(daemon.url + "/v1/telemetry", max_queue=1, close_timeout=0) as deaf,
        connect(daemon.url + "/v1/alerts") as silent,
        socket.create_connection(address) as mute,
    ):
        deaf.send(hello)
        assert subscriber.receive()["type"] == "snapshot"
        # From here on ``deaf`` never reads, ``silent`` says no hello, ``mute`` not even HTTP.
        assert closed(daemon, hello.replace(daemon.token, "wrong" * 9)) == 4401
        assert [closed(daemon, "this is no JSON") for _ in range(3)] == [4400] * 3
        assert closed(daemon, hello, "x" * 20_000) == 1009
        assert closed(daemon, hello, origin="null") == 4403
        assert closed(daemon, hello, origin="https://evil.example") == 4403
        assert closed(daemon, hello, name="evil.example") == 4403
        with pytest.raises(ConnectionClosed) as refused:
            silent.recv(PATIENCE_S)
        assert refused.value.rcvd.code == 4400
        events = subscriber.alerts("raised")
        assert deaf.protocol.state.name == "OPEN"
        assert mute.fileno() >= 0
    assert events[0]["phase"] == "raised"
    log = daemon.log.read_text()
    for code in (4400, 4401, 4403, 1009):
        assert log.count(f"the connection is closed ({code})") == 1, "each kind is told once"
    assert daemon.token not in log
    assert "Traceback" not in log
