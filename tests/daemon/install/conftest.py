"""A user's service manager: a stand-in that writes down what it is asked, and a real one."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
PATIENCE_S = 60.0

# A user manager in a namespace in which all but the test's own folders is read-only.
MANAGER = """
set -e
mount --bind "$1" "$1"
mount -o remount,bind,ro /
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user/$2
# The machine's own systemd makes these at boot: what a unit may not see is covered with them, and
# its view of the machine is put together there.
mkdir /run/systemd/unit-root /run/systemd/empty
for above in /run/systemd /run/user/$2/systemd; do
    mkdir -p $above/inaccessible
    cd $above/inaccessible
    mkdir -m 0 dir
    mkfifo -m 0 fifo
    mknod -m 0 chr c 0 0
    touch reg
    chmod 0 reg
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")'
done
cd /
chown -R $2 /run/user/$2
chmod 700 /run/user/$2
for tree in unified systemd .; do
    group="/sys/fs/cgroup/$tree/distressd-test-$$"
    if [ -e "/sys/fs/cgroup/$tree/cgroup.procs" ] && mkdir "$group"; then
        echo $$ >"$group/cgroup.procs"
        chown -R $2 "$group"
    fi
done
exec setpriv --reuid=$2 --regid=$2 --clear-groups /lib/systemd/systemd --user
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, whose name needs quoting; settings and state are in it.

    Not in a temporary folder: a service has one of its own, and sees no other.
    """
    lasting = Path("/dev/shm") if Path("/dev/shm").is_dir() else REPOSITORY
    folder = Path(tempfile.mkdtemp(prefix=".distressd-test-", dir=lasting))
    home = folder / 'a "home" at 100% $HOME'
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "DISTRESSD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISTRESSD_STATE", str(home / "state"))
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    yield home
    shutil.rmtree(folder)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Puts a systemctl first on the path that succeeds at everything; answers what it was asked."""
    folder, log = tmp_path / "bin", tmp_path / "asked"
    folder.mkdir()
    log.touch()
    for name in ("systemctl", "systemd-run"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{log}"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return lambda: log.read_text().splitlines()


@pytest.fixture(params=[0])
def user_manager(
    request: pytest.FixtureRequest, home: Path, tmp_path: Path
) -> Iterator[tuple[str, ...]]:
    """A real systemd of a user, root where no other is asked for.

    Answers the words that run a program beside it.
    """
    user = int(request.param)
    needed = ("systemctl", "systemd-run", "unshare", "nsenter", "setpriv")
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("no user manager: that takes root on Linux")
    missing = [name for name in needed if shutil.which(name) is None]
    if missing or not Path("/lib/systemd/systemd").exists():
        pytest.skip(f"no user manager: {', '.join(missing) or 'systemd'} is not installed")
    environment = {
        **{name: value for name, value in os.environ.items() if "DBUS" not in name},
        "XDG_RUNTIME_DIR": f"/run/user/{user}",
        "HOME": str(home) if user == 0 else "/",
    }
    log = (tmp_path / "manager").open("wb")
    manager = subprocess.Popen(
        [
            *("unshare", "--mount", "--propagation", "private"),
            *("sh", "-c", MANAGER, "sh", str(tmp_path), str(user)),
        ],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    log.close()
    beside = ("nsenter", "--mount", f"--target={manager.pid}", "--wd=/")
    beside += (f"--setuid={user}", f"--setgid={user}", "env", "-i")
    beside += tuple(f"{name}={value}" for name, value in environment.items())
    try:
        if not _answers(manager, beside):
            pytest.skip(f"no user manager: {(tmp_path / 'manager').read_text()[-300:]}")
        yield beside
    finally:
        subprocess.run([*beside, "systemctl", "--user", "exit"], capture_output=True, check=False)
        try:
            manager.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(manager.pid, signal.SIGKILL)
            manager.wait()
        for group in Path("/sys/fs/cgroup").glob(f"*/distressd-test-{manager.pid}"):
            for inner in sorted(group.rglob("*"), reverse=True):
                if inner.is_dir():
                    inner.rmdir()
            group.rmdir()


def _answers(manager: "subprocess.Popen[bytes]", beside: tuple[str, ...]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    ask = [*beside, "systemctl", "--user", "is-system-running"]
    while manager.poll() is None and time.monotonic() < deadline:
        told = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
        if told in {"running", "degraded"}:
            return True
        time.sleep(0.05)  # another process comes up: there is no event to await
    return False
