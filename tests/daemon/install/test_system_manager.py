"""The system unit under a real system manager, which is process 1 of namespaces of its own."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from daemon.install.program import Program
from daemon.install.systemd import UNIT, SystemdService

REPOSITORY = Path(__file__).parents[3]
PATIENCE_S = 120.0
CAP_SYS_RESOURCE = 1 << 24
CONFIG = (
    'version = 1\n[audio]\nsource = "demo"\n[serve]\nport = 0\n[notify]\ndesktop = false\n'
    "[language]\nenabled = false\n"
)
# $1: a folder with units and settings, $2: what Python is made of, if no service can see it there.
MACHINE = """
set -e
for tree in /sys/fs/cgroup/*; do
    group="$tree/distressd-test-$$"
    if [ -e "$tree/cgroup.procs" ] && mkdir "$group" 2>/dev/null; then
        if [ -e "$tree/cpuset.cpus" ]; then
            cat "$tree/cpuset.cpus" >"$group/cpuset.cpus"
            cat "$tree/cpuset.mems" >"$group/cpuset.mems"
        fi
        echo $$ >"$group/cgroup.procs"
    fi
done
exec unshare --cgroup --pid --fork --mount-proc --uts --ipc sh -e -c '
    trees=$(cd /sys/fs/cgroup && ls -d */ | tr -d /)
    mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
    mkdir /sys/fs/cgroup/unified /sys/fs/cgroup/systemd
    mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
    mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
    for tree in $trees; do
        if [ ! -e /sys/fs/cgroup/$tree ]; then
            mkdir /sys/fs/cgroup/$tree
            mount -t cgroup -o $tree cgroup /sys/fs/cgroup/$tree 2>/dev/null ||
                rmdir /sys/fs/cgroup/$tree
        fi
    done
    mount --bind "$1" /mnt
    for folder in run var/lib tmp opt; do mount -t tmpfs -o mode=755 tmpfs /$folder; done
    mkdir -p /run/units /run/systemd/system /run/above /run/work
    mount -t overlay -o lowerdir=/etc,upperdir=/run/above,workdir=/run/work overlay /etc
    mkdir -p /etc/distressd /opt/python
    cp /mnt/config.toml /etc/distressd
    cp /mnt/*.service /mnt/*.target /run/units
    [ -z "$2" ] || mount --bind "$2" /opt/python
    umount /mnt
    export container=distressd-test SYSTEMD_UNIT_PATH=/run/units
    exec /lib/systemd/systemd --system --unit=test.target
' sh "$1" "$2"
"""
TARGETS = ("sysinit", "basic", "shutdown", "sound", "local-fs", "umount", "final", "test")


def seen_by_services() -> tuple[Program, str]:
    """An interpreter with this one's modules in no home, and what is to lie in /opt for it."""
    python, moved = Path(sys.executable), ""
    modules = [str(REPOSITORY), *(path for path in sys.path if path.endswith("site-packages"))]
    if python.resolve().is_relative_to("/root") or python.resolve().is_relative_to("/home"):
        python, moved = Path("/opt/python/bin", python.resolve().name), sys.base_prefix
    environment = {"DISTRESSD_STATE": "", "PYTHONPATH": os.pathsep.join(modules)}
    if moved:  # its library would be looked for where it was
        environment["LD_LIBRARY_PATH"] = "/opt/python/lib"
    return Program(python, (), environment, Path("/unused")), moved


@pytest.fixture
def beside(tmp_path):
    """Words that run a program beside a system manager that has started the unit."""
    needed = ("systemctl", "unshare", "nsenter")
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("no system manager: that takes root on Linux")
    missing = [name for name in needed if shutil.which(name) is None]
    if missing or not Path("/lib/systemd/systemd").exists():
        pytest.skip(f"no system manager: {', '.join(missing) or 'systemd'} is not installed")
    if any(REPOSITORY.is_relative_to(hidden) for hidden in ("/root", "/home", "/tmp", "/opt")):
        pytest.skip("no system manager: a service cannot see this folder")
    program, moved = seen_by_services()
    text = SystemdService(system=True).text(program, namespaces=True)
    text = re.sub(r'DISTRESSD_CONFIG=[^"]*', "DISTRESSD_CONFIG=/etc/distressd/config.toml", text)
    with tempfile.TemporaryDirectory(prefix="distressd-test-") as name:
        folder = Path(name)
        (folder / UNIT).write_text(text.replace("RestartSec=5", "RestartSec=1"))
        (folder / "config.toml").write_text(CONFIG)
        for target in TARGETS:
            (folder / f"{target}.target").write_text("[Unit]\nDefaultDependencies=no\n")
        with (folder / "test.target").open("a") as file:
            file.write(f"Wants={UNIT}\n")
        log = (tmp_path / "manager").open("wb")
        starting = subprocess.Popen(
            [
                *("unshare", "--mount", "--propagation", "private"),
                *("sh", "-c", MACHINE, "sh", str(folder), moved),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        first = _first(starting)
        try:
            words = ("nsenter", f"--target={first}", *["-m", "-p", "-i", "-u", "-C", "--wd=/"])
            if first is None or not _answers(words):
                pytest.skip(f"no system manager: {(tmp_path / 'manager').read_text()[-300:]}")
            yield words
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(first or starting.pid, signal.SIGKILL)  # and with it its namespace
            starting.wait()
            _remove_groups(starting.pid)


def _first(starting: "subprocess.Popen[bytes]") -> int | None:
    """The process that is number 1 in there: the last of the chain that was started."""
    children = Path(f"/proc/{starting.pid}/task/{starting.pid}/children")
    deadline = time.monotonic() + PATIENCE_S
    while starting.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            for child in children.read_text().split():
                if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return int(child)
        time.sleep(0.05)  # another process comes up: there is no event to await
    return None


def _answers(beside: tuple[str, ...]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        asked = subprocess.run(
            [*beside, "systemctl", "is-system-running"], capture_output=True, check=False, text=True
        )
        if asked.stdout.strip() in {"running", "degraded"}:
            return True
        time.sleep(0.1)
    return False


def _remove_groups(number: int) -> None:
    for group in Path("/sys/fs/cgroup").glob(f"*/distressd-test-{number}"):
        for inner in sorted([*group.rglob("*"), group], reverse=True):
            if inner.is_dir():
                deadline = time.monotonic() + PATIENCE_S
                while inner.exists() and time.monotonic() < deadline:
                    with contextlib.suppress(OSError):  # the last process is still leaving
                        inner.rmdir()
                        break
                    time.sleep(0.05)


def ask(beside, *words):
    return subprocess.run([*beside, *words], capture_output=True, text=True, check=False).stdout


def told_of(beside, pid):
    status = ask(beside, "cat", f"/proc/{pid}/status")
    return dict(line.split(":", 1) for line in status.splitlines())


def running(beside, other_than=0):
    """The unit's main process, as it is numbered in there, once it is ready."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        told = ask(beside, "systemctl", "show", UNIT, "--property=ActiveState,MainPID")
        now = dict(line.split("=") for line in told.splitlines())
        if now["ActiveState"] == "active" and int(now["MainPID"]) != other_than:
            return int(now["MainPID"])
        time.sleep(0.1)
    pytest.fail(ask(beside, "systemctl", "status", UNIT))


@pytest.mark.slow
def test_the_system_unit_starts_in_its_sandbox_and_comes_back(beside):
    pid = running(beside)  # Type=notify: the daemon has said that it is ready
    told = told_of(beside, pid)
    assert int(told["Uid"].split()[0]) >= 60_000, "an account of its own: DynamicUser"
    assert told["NoNewPrivs"].strip() == "1"
    assert told["Seccomp"].strip() == "2"
    assert int(told["CapBnd"], 16) == 0, "CapabilityBoundingSet="
    assert int(told["CapEff"], 16) == 0
    mounts = [line.split() for line in ask(beside, "cat", f"/proc/{pid}/mountinfo").splitlines()]
    options = {words[4]: words[5].split(",") for words in mounts}
    assert "ro" in options["/"], "ProtectSystem=strict"
    assert "rw" in options["/var/lib/private/distressd"], "StateDirectory="
    assert "ro" in options["/proc/sys"], "ProtectKernelTunables="
    assert "ro" in options["/sys/fs/cgroup"], "ProtectControlGroups="
    assert {"/root", "/home"} <= set(options), "ProtectHome="
    own = ask(beside, "readlink", f"/proc/{pid}/ns/user")
    assert own
    assert own != ask(beside, "readlink", "/proc/1/ns/user"), "PrivateUsers="
    stat = ask(beside, "cat", f"/proc/{pid}/stat").rpartition(")")[2].split()
    assert int(stat[16]) == -10, "Nice="
    if int(told_of(beside, 1)["CapEff"], 16) & CAP_SYS_RESOURCE:  # without it systemd goes on
        assert ask(beside, "cat", f"/proc/{pid}/oom_score_adj").strip() == "-500"
    limits = ask(beside, "cat", f"/proc/{pid}/limits")
    assert re.search(r"Max open files +16384 ", limits)
    run = json.loads(ask(beside, "cat", "/var/lib/private/distressd/run.json"))
    assert run["url"].startswith("ws://127.0.0.1:")
    assert ask(beside, "stat", "-c", "%a", "/var/lib/private/distressd/token").strip() == "600"

    assert not ask(beside, "kill", "-KILL", str(pid))
    again = running(beside, other_than=pid)
    assert again != pid
    reloaded = subprocess.run([*beside, "systemctl", "reload", UNIT], check=False, timeout=120)
    assert reloaded.returncode == 0
    assert running(beside) == again
    stopped = subprocess.run([*beside, "systemctl", "stop", UNIT], check=False, timeout=120)
    assert stopped.returncode == 0
    assert "ActiveState=inactive" in ask(beside, "systemctl", "show", UNIT, "-p", "ActiveState")
    assert ask(beside, "ls", "/var/lib/private/distressd").split(), "the state stays"
