"""Clips of a real daemon: what is kept is what was played, and only who has the key hears it."""

import os
import signal
import subprocess
import sys
import tarfile
import time

import numpy as np
import pytest
import soundfile

from daemon.clips.folder import ClipFolder
from daemon.clips.identity import make_identity, read_identities
from daemon.clips.seal import Seal, unsealed

PATIENCE_S = 60.0
RATE = 16_000


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "clips.key"
    return path, make_identity(path)


def settings(recipient, **more):
    lines = {"enabled": "true", "recipients": f'["{recipient}"]', "before_s": 2.0, "after_s": 1.0}
    return "[clips]\n" + "".join(f"{name} = {value}\n" for name, value in (lines | more).items())


def await_clip(state):
    deadline = time.monotonic() + PATIENCE_S
    while not (found := ClipFolder(state).clips()):
        assert time.monotonic() < deadline, "there is no clip"
        time.sleep(0.02)  # another process writes it: there is no event to await
    return found


def holding(state, *pieces):
    """Files of the state folder in which one of ``pieces`` is."""
    files = [path for path in state.rglob("*") if path.is_file()]
    return [path for path in files if any(piece in path.read_bytes() for piece in pieces)]


@pytest.mark.slow
def test_sound_around_an_alert_is_kept_heard_and_forgotten(
    start_daemon, distressd, scene_recording, key, tmp_path
):
    identity, recipient = key
    daemon = start_daemon(f"file:{scene_recording}", "--linger", settings=settings(recipient))
    with daemon.subscribe(since=0) as subscriber:
        assert subscriber.receive()["clips"]["state"] == "ok"
        events = subscriber.alerts("cleared")
    (clip,) = await_clip(daemon.state)
    assert clip.alert == events[0]["id"]
    assert daemon.readiness()["parts"]["clips"]["state"] == "ok"

    played, _ = soundfile.read(scene_recording, dtype="int16")
    begin = max(0, round((events[0]["onset_s"] - 2.0) * RATE))
    out = tmp_path / "out.flac"
    done = distressd("clips", "export", clip.alert[:6], "--identity", identity, "-o", out)
    assert done.returncode == 0, done.stderr
    assert "nothing is missing" in done.stderr
    sound, rate = soundfile.read(out, dtype="int16")
    assert rate == RATE
    expected = played[begin : begin + len(sound)]
    np.testing.assert_array_equal(sound[: len(expected)], expected)
    assert len(sound) > (events[-1]["stream_s"] - events[0]["onset_s"] + 2.0) * RATE
    assert out.stat().st_mode & 0o777 == 0o600

    loudest = int(np.argmax(np.abs(expected.astype(int))))
    raw = expected[loudest : loudest + 16]
    pieces = (raw.astype("<i2").tobytes(), (raw / np.float32(32_768)).astype("<f4").tobytes())
    assert holding(daemon.state, b"fLaC", b"RIFF", *pieces) == []
    assert holding(daemon.state, identity.read_bytes().split()[-1]) == []

    dump = tmp_path / "dump.tar.gz"
    distressd("support-dump", "--config", tmp_path / "config.toml", "--output", dump)
    with tarfile.open(dump) as archive:
        packed = b"".join(archive.extractfile(entry).read() for entry in archive)
    assert clip.path.name.encode() not in packed
    assert recipient.encode() not in packed
    assert clip.path.read_bytes()[200:232] not in packed

    done = distressd("forget", "--all", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert list((daemon.state / "clips").iterdir()) == []
    assert daemon.stop() == 0


@pytest.mark.slow
def test_killed_in_the_middle_of_an_alert_it_leaves_nothing_half_written(
    start_daemon, scene_recording, key
):
    daemon = start_daemon("stdin", settings=settings(key[1]))
    with daemon.subscribe() as subscriber:
        subscriber.receive()
        daemon.hear(scene_recording)
        subscriber.alerts("raised")
    daemon.kill()
    assert ClipFolder(daemon.state).clips() == []
    assert holding(daemon.state, b"fLaC") == []


def test_stopped_in_the_middle_of_an_alert_it_keeps_what_there_was(
    start_daemon, scene_recording, key
):
    identity, recipient = key
    daemon = start_daemon("stdin", settings=settings(recipient))
    with daemon.subscribe() as subscriber:
        subscriber.receive()
        daemon.hear(scene_recording)
        alert = subscriber.alerts("raised")[-1]["id"]
        assert daemon.stop() == 0
    (clip,) = ClipFolder(daemon.state).clips()
    assert clip.alert == alert
    assert unsealed(clip.path.read_bytes(), read_identities(identity), "it").startswith(b"fLaC")


def test_killed_while_it_writes_it_leaves_whole_clips_only(tmp_path, key):
    identity, recipient = key
    content = os.urandom(2**20)
    sealed = tmp_path / "sealed"
    sealed.write_bytes(Seal([recipient]).close(content))
    script = (
        "import sys, itertools, pathlib\n"
        "from daemon.clips.folder import ClipFolder\n"
        "folder, sealed = ClipFolder(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2])\n"
        "content = sealed.read_bytes()\n"
        "for number in itertools.count():\n"
        "    folder.write(f'a{number}', 1e9, 10.0, content)\n"
        "    print(number, flush=True)\n"
    )
    folder = ClipFolder(tmp_path)
    for delay_s in (0.0, 0.001, 0.002):  # after some write: in the middle of another
        words = [sys.executable, "-c", script, str(tmp_path), str(sealed)]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as writer:
            for _ in range(3):
                writer.stdout.readline()
            time.sleep(delay_s)
            writer.send_signal(signal.SIGKILL)
        for clip in folder.clips():
            assert unsealed(clip.path.read_bytes(), read_identities(identity), "it") == content
        folder.remove_drafts()
        assert len(list(folder.path.iterdir())) == len(folder.clips()) >= 3
