import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.clips.identity import default_identity, make_identity
from daemon.config.notify import Notify
from daemon.config.schema import Acoustic, Audio, Clips, Config, Language, Serve
from daemon.doctor import (
    CHECKS,
    clips,
    disk,
    language,
    microphone,
    notifications,
    port,
    portaudio,
    python,
    shadow,
    sound_events,
    state_folder,
    weights,
)
from daemon.doctor.check import Setting
from daemon.state import StateFolder


@pytest.fixture
def setting(tmp_path: Path):
    return lambda **config: Setting(Config(**config), tmp_path / "state")


def test_python(setting):
    assert python.check(setting()).mark == "ok"
    old = python.check(setting(), (3, 10, 4))
    assert old.mark == "failed"
    assert old.message == "Python 3.10.4 is too old."


def test_a_foreign_package_called_daemon(setting, tmp_path):
    assert shadow.check(setting()).mark == "ok"
    (tmp_path / "pidfile.py").touch()
    finding = shadow.check(setting(), tmp_path)
    assert finding.mark == "failed"
    assert "pip uninstall python-daemon" in finding.remedy


def test_portaudio_is_named_or_told_how_to_install(setting):
    finding = portaudio.check(setting())
    assert (finding.mark == "ok") or finding.remedy
    assert "PortAudio" in finding.message


def test_a_microphone_that_is_not_there(setting):
    finding = microphone.check(setting(audio=Audio(device="no such microphone")))
    assert finding.mark in {"failed", "warning"}  # warning: there is none at all
    assert finding.remedy


def test_weights_that_are_not_there(setting, tmp_path):
    finding = weights.check(setting(acoustic=Acoustic(weights=tmp_path / "absent.safetensors")))
    assert finding.mark == "failed"
    assert "absent.safetensors" in finding.message


def test_sound_events_without_their_model(setting, tmp_path, monkeypatch):
    monkeypatch.setenv("DISTRESSD_MODELS", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert sound_events.check(setting(acoustic=Acoustic(sound_network="student"))).mark == "ok"
    finding = sound_events.check(setting())
    assert finding.mark == "warning"
    assert "stands in" in finding.message
    assert "models pull" in finding.remedy
    off = sound_events.check(setting(acoustic=Acoustic(sound_events=False)))
    assert off.mark == "warning"
    assert "switched off" in off.message
    assert "no more than a warning" in off.message


def test_the_state_folder_and_its_token(setting, tmp_path):
    assert state_folder.check(setting()).mark == "ok"
    folder = tmp_path / "state"
    folder.mkdir()
    token = folder / "token"
    token.write_text("secret")
    token.chmod(0o600)
    assert state_folder.check(setting()).mark == "ok"
    token.chmod(0o640)
    finding = state_folder.check(setting())
    assert finding.mark == "failed"
    assert finding.remedy == f"Run: chmod 600 {token}"


def test_a_state_folder_that_is_no_folder(tmp_path):
    path = tmp_path / "file"
    path.touch()
    assert state_folder.check(Setting(Config(), path)).mark == "failed"
    assert state_folder.check(Setting(Config(), path / "below")).mark == "failed"


def test_clips_and_their_key(setting, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert clips.check(setting()).message == "no sound is kept"
    recipient = make_identity(default_identity())
    on = setting(clips=Clips(enabled=True, recipients=(recipient,)))
    assert clips.check(on).mark == "ok"
    folder = tmp_path / "state" / "clips"
    folder.mkdir(parents=True, mode=0o755)
    folder.chmod(0o755)
    assert clips.check(on).remedy == f"Run: chmod 700 {folder}"
    default_identity().chmod(0o640)
    assert clips.check(setting()).mark == "failed"


@pytest.mark.parametrize(("free", "mark"), [(10**6, "failed"), (10**8, "warning"), (10**10, "ok")])
def test_disk(setting, free, mark):
    assert disk.judge(free).mark == mark
    assert disk.check(setting()).mark in {"ok", "warning", "failed"}


def test_a_port_that_is_free_taken_or_ours(setting, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        each = setting(serve=Serve(port=number))
        taken = port.check(each)
        assert taken.mark == "failed"
        assert "in use by another program" in taken.message
        with StateFolder.open(tmp_path / "state") as state:
            state.write_run(f"ws://127.0.0.1:{number}")
            assert "served by this daemon" in port.check(each).message
    assert port.check(each).mark == "ok"
    assert port.check(setting(serve=Serve(port=0))).mark == "ok"


def test_notifications(setting, monkeypatch):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert notifications.check(setting()).mark == "warning"
    assert notifications.check(setting(notify=Notify(desktop=False))).mark == "ok"
    monkeypatch.setattr("platform.system", lambda: "Plan9")
    assert "not supported on Plan9" in notifications.check(setting()).message


def test_the_command_says_each_check_and_fails_where_one_fails(monkeypatch, tmp_path):
    monkeypatch.setenv("DISTRESSD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DISTRESSD_CONFIG", raising=False)
    config = tmp_path / "config.toml"
    config.write_text('[acoustic]\nweights = "absent.safetensors"\n')
    done = CliRunner().invoke(main, ["doctor", "--config", str(config), "--json"])
    assert done.exit_code == 1
    findings = json.loads(done.stdout)
    assert list(findings) == list(CHECKS)
    assert findings["weights"]["mark"] == "failed"
    words = CliRunner().invoke(main, ["doctor", "--config", str(config)])
    assert words.exit_code == 1
    assert "✗ weights: " in words.stdout


def test_what_language_needs(setting, tmp_path, monkeypatch):
    monkeypatch.setenv("DISTRESSD_MODELS", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    off = language.check(setting(language=Language(enabled=False)))
    assert off.mark == "ok"
    assert "switched off" in off.message
    without_files = language.check(setting())
    assert without_files.mark == "warning"
    assert "models pull whisper-tiny.en" in without_files.remedy

    monkeypatch.setattr(language, "find_spec", lambda name: None)
    finding = language.check(setting())
    assert finding.mark == "warning"
    assert all(name in finding.message for name in ("faster-whisper", "llama-cpp-python"))
    assert "make setup" in finding.remedy
    assert "llama" not in language.check(setting(language=Language(llm=""))).message


def test_language_with_all_that_it_needs(setting, tmp_path, monkeypatch):
    monkeypatch.setattr(language, "find", lambda name: tmp_path / name)
    monkeypatch.setattr(language, "model_folder", lambda name: tmp_path / name)
    monkeypatch.setattr(language, "model_path", lambda name: tmp_path / name)
    monkeypatch.setattr(language, "find_spec", lambda name: name)
    assert language.check(setting()).message == f"tiny.en in {tmp_path}; smollm2-135m"
