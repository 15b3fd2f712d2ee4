"""The program of distressd.app, compiled here and run against real signals."""

import os
import plistlib
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daemon.install.templates import template_path

PATIENCE_S = 60.0

# Says who it is once it is ready, then writes down each signal; SIGTERM ends it with 7.
CHILD = """
import os, signal, sys

def told(number, frame):
    print(signal.Signals(number).name, flush=True)
    if number == signal.SIGTERM:
        sys.exit(7)

for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"):
    signal.signal(getattr(signal, name), told)
print(os.getpid(), flush=True)
while True:
    signal.pause()
"""


@pytest.fixture(scope="session")
def launcher(tmp_path_factory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no launcher: there is no C compiler (cc) here")
    program = tmp_path_factory.mktemp("launcher") / "distressd"
    source = template_path("launchd", "launcher.c")
    frameworks = (
        ("-framework", "AudioToolbox", "-framework", "CoreFoundation")
        if sys.platform == "darwin"
        else ()
    )
    warnings = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
    subprocess.run([compiler, *warnings, *frameworks, "-o", program, source], check=True)
    return program


def run(launcher: Path, code: str, **kwargs):
    return subprocess.run(
        [launcher, sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        **kwargs,
    )


@pytest.fixture
def running(launcher):
    process = subprocess.Popen(
        [launcher, sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True
    )
    child = int(process.stdout.readline())
    yield process, child
    if process.poll() is None:
        os.kill(child, signal.SIGKILL)
    process.wait(PATIENCE_S)
    process.stdout.close()


@pytest.mark.parametrize("status", [0, 1, 2, 255])
def test_the_exit_status_is_that_of_the_program(launcher, status):
    assert run(launcher, f"raise SystemExit({status})").returncode == status


def test_arguments_and_output_are_passed_through(launcher):
    done = subprocess.run(
        [launcher, sys.executable, "-c", "import sys; print(sys.argv)", "a b", "", "$HOME"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert done.stdout.strip() == "['-c', 'a b', '', '$HOME']"


@pytest.mark.parametrize("name", ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT"])
def test_signals_reach_the_program_and_end_nothing(running, name):
    process, _ = running
    process.send_signal(getattr(signal, name))
    assert process.stdout.readline().strip() == name
    assert process.poll() is None


def test_sigterm_reaches_the_program_and_its_answer_comes_back(running):
    process, child = running
    process.terminate()
    assert process.stdout.readline().strip() == "SIGTERM"
    assert process.wait(PATIENCE_S) == 7
    assert not Path("/proc", str(child)).exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_program_that_died_of_a_signal_is_told_as_such(running, number):
    process, child = running
    os.kill(child, number)
    assert process.wait(PATIENCE_S) == -number


def test_no_signal_is_lost_however_soon_it_comes(launcher):
    """At any moment from the start on, SIGTERM ends both; the program has no handler yet."""
    for delay_us in (0, 200, 500, 1000, 2000, 5000):
        process = subprocess.Popen([launcher, sys.executable, "-c", "import time; time.sleep(60)"])
        time.sleep(delay_us / 1e6)
        process.terminate()
        assert process.wait(PATIENCE_S) == -signal.SIGTERM


def test_signals_that_were_ignored_before_are_passed_on_all_the_same(launcher):
    process = subprocess.Popen(
        ["sh", "-c", 'trap "" HUP USR1; exec "$@"', "sh", launcher, sys.executable, "-c", CHILD],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert int(process.stdout.readline()) > 0
        process.send_signal(signal.SIGHUP)
        assert process.stdout.readline().strip() == "SIGHUP"
        process.terminate()
        assert process.wait(PATIENCE_S) == 7


def test_the_program_starts_with_no_signal_blocked(launcher):
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # PulseAudio's library blocks SIGPIPE here
    done = run(launcher, "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))")
    assert done.stdout.strip() == "set()"


def test_a_program_that_is_gone_is_named(launcher):
    done = subprocess.run(
        [launcher, "/nonexistent/python"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 127
    assert "cannot run /nonexistent/python" in done.stderr


@pytest.mark.parametrize("words", [[], ["relative/python"], ["--microphone"]])
def test_wrong_usage(launcher, words):
    done = subprocess.run([launcher, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")


@pytest.mark.skipif(sys.platform == "darwin", reason="there it asks a person")
def test_what_was_heard_is_written_down(launcher, tmp_path):
    done = subprocess.run([launcher, "--microphone", tmp_path / "heard"], check=False)
    assert done.returncode == 1
    assert (tmp_path / "heard").read_text() == "none\n"
    done = subprocess.run(
        [launcher, "--microphone", tmp_path / "no" / "heard"], capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"cannot write" in done.stderr


def test_the_bundle_says_why_it_wants_the_microphone():
    with template_path("launchd", "Info.plist").open("rb") as file:
        info = plistlib.load(file)
    assert "Sound never leaves" in info["NSMicrophoneUsageDescription"]
    assert info["CFBundleExecutable"] == "distressd"
    assert info["CFBundleIdentifier"] == "org.distressd.app"
    assert info["LSUIElement"] is True
