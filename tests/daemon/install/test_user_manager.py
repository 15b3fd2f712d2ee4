"""The unit under a real user manager: what it promises is seen on the process that it started."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daemon.install.systemd import namespace_probe

PATIENCE_S = 120.0
HIDDEN = (Path("/tmp"), Path("/var/tmp"))
# What a user might add: here it is so that nobody waits for half a minute.
QUICK = "[Service]\nWatchdogSec=8\nTimeoutAbortSec=2\nRestartSec=1\n"


@pytest.fixture
def beside(user_manager, home):
    """Runs a distressd command beside the manager."""
    config = home / "config.toml"
    config.write_text(
        'version = 1\n[audio]\nsource = "demo"\n[serve]\nport = 0\n[notify]\ndesktop = false\n'
    )

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*user_manager, sys.executable, "-P", "-m", "daemon", *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    return run


def told(path: Path, name: str) -> str:
    """A line of ``/proc/PID/status``."""
    lines = path.read_text().splitlines()
    return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(f"{name}:"))


def await_run(home: Path, other_than: int = 0) -> int:
    """The process id of the daemon that serves, once there is one."""
    path = home / "state" / "run.json"
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if path.exists():
            pid = int(json.loads(path.read_text())["pid"])
            if pid != other_than:
                return pid
        time.sleep(0.05)  # another process writes it: there is no event to await
    pytest.fail("the service did not come up")


@pytest.mark.slow
def test_the_service_from_install_to_uninstall(user_manager, beside, home):
    if subprocess.run([*user_manager, *namespace_probe()], check=False).returncode:
        pytest.skip("this kernel gives services no namespaces")
    if any(Path(sys.executable).is_relative_to(hidden) for hidden in HIDDEN):
        pytest.skip("this checkout lies where PrivateTmp=yes hides it from a service")
    quick = home / ".config" / "systemd" / "user" / "distressd.service.d" / "quick.conf"
    quick.parent.mkdir(parents=True)
    quick.write_text(QUICK)
    done = beside("service", "install", "--config", str(home / "config.toml"))
    assert done.returncode == 0, done.stderr
    pid = await_run(home)

    process = Path("/proc", str(pid))
    assert told(process / "status", "NoNewPrivs") == "1"
    assert told(process / "status", "Seccomp") == "2"
    assert int(told(process / "status", "CapEff"), 16) == 0
    mounts = [line.split() for line in (process / "mountinfo").read_text().splitlines()]
    options = {words[4].replace("\\040", " "): words[5].split(",") for words in mounts}
    assert "ro" in options["/"]
    assert "rw" in options[str(home / "state")]
    assert "ro" in options["/proc/sys"]
    assert process.joinpath("ns/user").readlink() != Path("/proc/self/ns/user").readlink()

    status = json.loads(beside("service", "status", "--json").stdout)
    assert (status["installed"], status["enabled"], status["running"]) == (True, True, True)
    assert status["pid"] == pid

    os.kill(pid, signal.SIGKILL)
    again = await_run(home, other_than=pid)
    assert json.loads(beside("service", "status", "--json").stdout)["restarts"] >= 1

    os.kill(again, signal.SIGSTOP)  # it lives, and nothing is heard: the watchdog's case
    pid, again = again, await_run(home, other_than=again)
    assert not Path("/proc", str(pid)).exists()
    assert json.loads(beside("service", "status", "--json").stdout)["restarts"] >= 2

    done = beside("service", "uninstall")
    assert done.returncode == 0, done.stderr
    assert str(home / "state") in done.stdout
    assert not Path("/proc", str(again)).exists()
    assert not (home / "state" / "run.json").exists()
    assert (home / "state" / "token").exists()
    assert not (home / ".config" / "systemd" / "user" / "distressd.service").exists()
    quick.unlink()
    quick.parent.rmdir()
    assert not list((home / ".config").rglob("distressd*"))
    assert beside("service", "status").returncode == 1


@pytest.mark.parametrize("user_manager", [2], indirect=True)
def test_an_ordinary_user_gets_the_sandbox_too(user_manager):
    """Where the kernel gives user namespaces to users; elsewhere the installer leaves that out."""
    allowed = [*user_manager, "unshare", "--user", "true"]
    if subprocess.run(allowed, capture_output=True, check=False).returncode:
        pytest.skip("this kernel gives users no namespaces")
    done = subprocess.run(
        [*user_manager, *namespace_probe()], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    own = "/run/user/2/own"
    assert subprocess.run([*user_manager, "touch", own], check=False).returncode == 0
    within = [*user_manager, *namespace_probe()[:-1], "touch", own]
    assert subprocess.run(within, check=False).returncode != 0
