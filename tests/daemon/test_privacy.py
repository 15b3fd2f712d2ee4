"""What a daemon keeps where, by default: what docs/PRIVACY.md says, and nothing else."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

PAGE = Path(__file__).parents[2] / "docs" / "PRIVACY.md"
SAID = "please come quickly he is in the kitchen"
FILES = {"token", "lock", "run.json", "journal.seq"} | {
    f"journal.sqlite3{suffix}" for suffix in ("", "-wal", "-shm")
}

pytestmark = pytest.mark.slow


def files(state):
    return [path for path in state.rglob("*") if path.is_file()]


def holding(state, *pieces):
    """Which of ``pieces`` is in any file, and where."""
    return [
        (path.name, piece)
        for path in files(state)
        for piece in pieces
        if piece in path.read_bytes()
    ]


def loudest(recording):
    """A few samples in the middle of it, in every form in which sound is held."""
    pcm, _ = soundfile.read(recording, dtype="int16")
    at = int(np.argmax(np.abs(pcm.astype(int))))
    piece = pcm[at : at + 16]
    scaled = (piece / np.float32(32_768)).astype("<f4")
    return piece.astype("<i2").tobytes(), scaled.tobytes()


def test_the_state_folder_has_what_the_page_says_and_no_sound(start_daemon, scene_recording):
    daemon = start_daemon(f"file:{scene_recording}", "--linger")
    with daemon.subscribe(since=0) as subscriber:
        subscriber.alerts("cleared")
    assert {path.name for path in files(daemon.state)} == FILES
    page = PAGE.read_text()
    assert [name for name in FILES if f"`{name}`" not in page] == []
    assert [path.name for path in files(daemon.state) if path.stat().st_mode & 0o077] == []
    assert daemon.state.stat().st_mode & 0o077 == 0
    assert holding(daemon.state, *loudest(scene_recording), b"RIFF", b"fLaC") == []
    assert daemon.stop() == 0
    assert {path.name for path in files(daemon.state)} == {
        *("token", "lock", "journal.seq", "journal.sqlite3")
    }


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="no limits can be read here")
def test_a_crash_leaves_no_sound_on_the_disk(start_daemon):
    daemon = start_daemon("stdin")
    limits = psutil.Process(daemon.process.pid).rlimit(psutil.RLIMIT_CORE)
    assert limits == (1, 1), "a program that collects cores is given one whose limit is 0"


CRASHES = """
import os, resource
from daemon.cli.run import leave_no_core
if {most} is not None:
    resource.setrlimit(resource.RLIMIT_CORE, ({most}, {most}))
leave_no_core()
os.abort()
"""


@pytest.mark.parametrize("most", [None, 0])
def test_a_crash_leaves_no_file_whatever_is_allowed(tmp_path, most):
    words = [sys.executable, "-c", CRASHES.format(most=most)]
    done = subprocess.run(words, cwd=tmp_path, check=False)
    assert done.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_after_forget_all_while_it_runs(
    start_daemon, words_before, distressd, scene_recording, tmp_path
):
    state = tmp_path / "state"
    words_before(state, SAID)
    settings = "[privacy]\ntranscripts = true\n"
    daemon = start_daemon(f"file:{scene_recording}", "--linger", state=state, settings=settings)
    with daemon.subscribe(since=0) as subscriber:
        snapshot = subscriber.receive()
        heard = subscriber.alerts("cleared")
        while heard[-1]["id"] == "before" or heard[-1]["phase"] != "cleared":
            heard += subscriber.alerts("cleared")
    words = [SAID, snapshot["epoch"], *(one["id"] for one in heard)]
    words += [one["why"] for one in heard]
    words += [sound["label"] for one in heard for sound in one["sounds"]]
    before = {word for _, word in holding(state, *(word.encode() for word in words))}
    assert {SAID.encode(), heard[-1]["id"].encode(), heard[-1]["why"].encode()} <= before
    kept = json.loads(distressd("alerts", "list", "--json").stdout)
    assert {one["id"] for one in kept} == {one["id"] for one in heard}

    assert distressd("forget", "--all", "--yes").returncode == 0
    words.remove(snapshot["epoch"])  # a random name of the store, of nothing that happened
    assert holding(state, *(word.encode() for word in words)) == []
    assert json.loads(distressd("alerts", "list", "--json").stdout) == []
    assert daemon.stop() == 0
    assert holding(state, *(word.encode() for word in words)) == []
