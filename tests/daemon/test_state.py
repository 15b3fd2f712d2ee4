import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.errors import StateError
from daemon.state import Run, StateFolder, read_token, state_path

HOLDER = """
import sys
from pathlib import Path
from daemon.state import StateFolder
state = StateFolder.open(Path(sys.argv[1]))
state.write_run("ws://127.0.0.1:1")
print("holding", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the state folder and has written its run file."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "state")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield process
        process.kill()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_and_its_token_are_the_users_own(tmp_path):
    with StateFolder.open(tmp_path / "deep" / "state") as state:
        assert mode(state.path) == 0o700
        assert mode(state.token_file) == 0o600
        assert state.token == read_token(state.path)
        assert len(state.token) >= 32


def test_the_token_stays_the_same(tmp_path):
    with StateFolder.open(tmp_path) as first:
        token = first.token
    with StateFolder.open(tmp_path) as second:
        assert second.token == token


def test_the_environment_names_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DISTRESSD_STATE", str(tmp_path / "named"))
    with StateFolder.open() as state:
        assert state.path == tmp_path / "named"
    monkeypatch.delenv("DISTRESSD_STATE")
    assert state_path().name == "distressd"


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620])
def test_a_token_that_others_can_reach_is_refused(tmp_path, bits):
    with StateFolder.open(tmp_path) as state:
        token_file = state.token_file
    token_file.chmod(bits)
    with pytest.raises(StateError, match=f"chmod 600 {token_file}"):
        StateFolder.open(tmp_path)
    token_file.chmod(0o600)
    StateFolder.open(tmp_path).close()


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff\xfe" * 20, b"two words " * 4])
def test_a_damaged_token_is_refused_with_its_remedy(tmp_path, content):
    path = tmp_path / "token"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(StateError, match=r"empty or damaged.*Remove"):
        StateFolder.open(tmp_path)
    assert path.read_bytes() == content


def test_a_token_that_is_a_folder_is_refused(tmp_path):
    (tmp_path / "token").mkdir()
    with pytest.raises(StateError, match="cannot be read"):
        StateFolder.open(tmp_path)


def test_a_client_without_a_token_is_told_what_to_do(tmp_path):
    with pytest.raises(StateError, match="Start the daemon once"):
        read_token(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StateError, match=r"file/state.*DISTRESSD_STATE"):
        StateFolder.open(tmp_path / "file" / "state")
    with pytest.raises(StateError, match="DISTRESSD_STATE"):
        StateFolder.open(Path("/proc/distressd"))


def test_the_run_file_tells_where_to_connect_and_goes_with_the_daemon(tmp_path):
    with StateFolder.open(tmp_path) as state:
        assert Run.read(tmp_path) is None
        written = state.write_run("ws://127.0.0.1:8765")
        assert Run.read(tmp_path) == written
        assert written.pid == os.getpid()
        assert mode(tmp_path / "run.json") == 0o600
    assert Run.read(tmp_path) is None
    assert not (tmp_path / "run.json").exists()


def test_two_daemons_cannot_share_a_folder(tmp_path, holder):
    with pytest.raises(StateError, match=f"process {holder.pid}"):
        StateFolder.open(tmp_path / "state")
    run = Run.read(tmp_path / "state")
    assert run is not None
    assert run.pid == holder.pid


def test_a_killed_daemon_leaves_nothing_that_misleads(tmp_path, holder, caplog):
    folder = tmp_path / "state"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (folder / "run.json").exists()
    assert Run.read(folder) is None
    with StateFolder.open(folder):
        assert "did not stop cleanly" in caplog.text


def test_a_damaged_run_file_of_a_living_daemon_is_said(tmp_path, holder):
    (tmp_path / "state" / "run.json").write_text("{")
    with pytest.raises(StateError, match="Restart"):
        Run.read(tmp_path / "state")
