"""The commands over clips, without a daemon; tests/daemon/test_clips.py has one."""

import io
import json
import time

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from daemon.cli import main
from daemon.clips.folder import ClipFolder
from daemon.clips.identity import default_identity, make_identity, read_identities
from daemon.clips.seal import Seal
from daemon.clips.take import Gap, Recorded
from daemon.config.load import parse_config
from daemon.health import Health
from daemon.store.journal import Journal
from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("DISTRESSD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def clips(state):
    """Two clips for the key in its usual place, one of now and one of ten days ago."""
    seal = Seal([make_identity(default_identity())])
    folder = ClipFolder(state)
    for name, ago in (("old-one", 864_000), ("new-one", 60)):
        pcm = np.arange(16_000, dtype=np.int16)
        recorded = Recorded(name, time.time() - ago, pcm, (Gap(8_000, 160),))
        folder.write(name, recorded.began, recorded.seconds, seal.close(recorded.flac()))
    return folder


def invoke(*words, status=0, **more):
    done = CliRunner().invoke(main, [*map(str, words)], **more)
    assert done.exit_code == status, done.output + repr(done.exception)
    return done


def names(folder):
    return [clip.alert for clip in folder.clips()]


def test_a_key_is_made_once_and_says_where_it_is(state, tmp_path):
    told = invoke("clips", "key").stdout
    path = default_identity()
    assert str(path) in told
    assert path.stat().st_mode & 0o777 == 0o600
    assert "Whoever has this file can listen" in told
    section = told[told.index("[clips]") :]
    assert parse_config(section, tmp_path / "c.toml").config.clips.enabled
    before = path.read_bytes()
    assert "is there already" in invoke("clips", "key", status=1).output
    assert path.read_bytes() == before
    other = json.loads(invoke("clips", "key", "--out", tmp_path / "x.key", "--json").stdout)
    assert other["identity"] == str(tmp_path / "x.key")
    assert other["recipient"].startswith("age1")
    assert len(read_identities(tmp_path / "x.key")) == 1


def test_list(clips):
    done = invoke("clips", "list")
    assert [line.split()[-1] for line in done.stdout.splitlines()] == ["old-one", "new-one"]
    assert "2 clips" in done.stderr
    found = json.loads(invoke("clips", "list", "--json").stdout)
    assert [(one["alert"], one["seconds"]) for one in found] == [("old-one", 1), ("new-one", 1)]


def test_no_clips_are_no_error(state):
    assert invoke("clips", "list").stdout == ""
    assert json.loads(invoke("clips", "list", "--json").stdout) == []
    invoke("clips", "delete", "--all", "--yes")
    invoke("forget", "--all", "--yes")


def test_export_to_a_file_and_to_standard_output(clips, tmp_path):
    done = invoke("clips", "export", "new")
    assert "from 0.50 s on, 0.01 s are lost" in done.stderr
    sound, _ = soundfile.read(tmp_path / "new-one.flac", dtype="int16")
    np.testing.assert_array_equal(sound, np.arange(16_000))
    assert "is there already" in invoke("clips", "export", "new", status=2).output
    piped = invoke("clips", "export", "old-one", "-o", "-").stdout_bytes
    assert soundfile.info(io.BytesIO(piped)).frames == 16_000


def test_export_needs_the_right_key_and_a_private_one(clips, tmp_path):
    other = tmp_path / "other.key"
    make_identity(other)
    done = invoke("clips", "export", "new", "--identity", other, status=1)
    assert "was not made for this key" in done.output
    other.chmod(0o644)
    done = invoke("clips", "export", "new", "--identity", other, status=1)
    assert "can be read by others" in done.output
    assert (
        "There is no key"
        in invoke("clips", "export", "new", "--identity", tmp_path / "none", status=1).output
    )
    assert "There is no clip" in invoke("clips", "export", "zzz", status=1).output
    assert not list(tmp_path.glob("*.flac"))


def test_an_alert_says_that_its_sound_is_kept(clips, state):
    with Journal.open(state, health=Health()) as journal:
        for name in ("new-one", "other"):
            journal.append(
                AlertEvent(
                    time=rfc3339(time.time()),
                    stream_s=1.0,
                    id=name,
                    phase="raised",
                    kind="scream",
                    level="critical",
                    score=0.9,
                    evidence={},
                    why="A scream.",
                    emotions=[],
                    sounds=[],
                    onset_s=0.5,
                    source="mic",
                )
            )
    assert "distressd clips export new-one" in invoke("alerts", "show", "new").stdout
    told = json.loads(invoke("alerts", "show", "new", "--json").stdout)
    assert told["clip"] == str(clips.find("new").path)
    assert json.loads(invoke("alerts", "show", "other", "--json").stdout)["clip"] is None


def test_delete(clips):
    assert "Say which clips" in invoke("clips", "delete", status=2).output
    assert "Say which clips" in invoke("clips", "delete", "new", "--all", status=2).output
    invoke("clips", "delete", "new", input="n\n", status=130)
    assert len(names(clips)) == 2
    invoke("clips", "delete", "new", "--yes")
    assert names(clips) == ["old-one"]
    invoke("clips", "delete", "--all", "--yes")
    assert names(clips) == []


def test_forget_reaches_clips(clips):
    invoke("forget", "--since", "1d", "--yes")
    assert names(clips) == ["old-one"]
    invoke("forget", "--until", "9d", "--yes")
    assert names(clips) == []
