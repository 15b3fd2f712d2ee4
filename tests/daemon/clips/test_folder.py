import os

import pytest

from daemon.clips.folder import ClipFolder
from daemon.errors import ClipError

DAY_S = 86_400.0
NOW = 1_790_000_000.0


class Clock:
    def __init__(self, now=0.0):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock(NOW)


@pytest.fixture
def steady():
    return Clock()


@pytest.fixture
def folder(tmp_path, clock, steady):
    return ClipFolder(tmp_path, clock, steady)


def alerts(folder):
    return [clip.alert for clip in folder.clips()]


def test_what_is_no_clip_is_no_clip(folder):
    assert folder.clips() == []
    clip = folder.write("abc-1", NOW + 0.5, 6.2, b"sealed")
    for name in ("notes.txt", ".draft-x", "20261399T000000Z_1s_a.flac.age", f"x{clip.path.name}"):
        (folder.path / name).write_bytes(b"")
    (found,) = folder.clips()
    assert found == clip
    assert (found.began, found.seconds, found.size) == (NOW, 7, 6)
    assert found.began <= NOW + 0.5
    assert found.ended >= NOW + 0.5 + 6.2


def test_a_name_that_leads_elsewhere_is_refused(folder):
    for name in ("../../etc/passwd", "", "a/b", "a" * 65):
        with pytest.raises(ValueError, match="makes no name"):
            folder.write(name, NOW, 1.0, b"")
    folder.write("abc", NOW, 1.0, b"")
    for name in ("../abc", "", "b", "*"):
        with pytest.raises(ClipError, match="There is no clip"):
            folder.find(name)
    assert folder.find("ab").alert == "abc"
    folder.write("abcd", NOW, 1.0, b"")
    assert folder.find("abc").alert == "abc"
    with pytest.raises(ClipError, match="more than one"):
        folder.find("ab")


def test_a_write_that_fails_leaves_nothing(folder, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.write("abc", NOW, 1.0, b"sealed")
    assert list(folder.path.iterdir()) == []


def test_drafts_of_a_killed_daemon_go(folder):
    folder.write("abc", NOW, 1.0, b"sealed")
    (folder.path / ".draft-killed").write_bytes(b"half")
    folder.remove_drafts()
    assert [path.name for path in folder.path.iterdir()] == [folder.clips()[0].path.name]


def test_the_old_go_by_age_and_the_oldest_by_size(folder, steady):
    for number in range(6):
        folder.write(f"a{number}", NOW - (40 - 7 * number) * DAY_S, 10.0, bytes(100))
    assert folder.tidy(30, 10**9) == 600  # nothing yet: no time has passed
    steady.now += 24 * 3_600.0
    assert folder.tidy(30, 10**9) == 400
    assert alerts(folder) == ["a2", "a3", "a4", "a5"]
    assert folder.tidy(30, 250) == 200
    assert alerts(folder) == ["a4", "a5"]
    assert folder.tidy(30, 1) == 100, "the newest stays"


def test_a_clock_that_leaps_empties_nothing(folder, clock, steady):
    for number in range(5):
        folder.write(f"a{number}", NOW - 10 * DAY_S + number * 2 * DAY_S, 10.0, b"sealed")
    folder.tidy(30, 10**9)
    clock.now += 3_650 * DAY_S
    steady.now += 3_600.0  # an hour: a day of clips
    folder.tidy(30, 10**9)
    assert alerts(folder) == ["a1", "a2", "a3", "a4"]


def test_a_folder_that_cannot_be_read_is_said(tmp_path, folder):
    folder.path.write_text("in the way")
    with pytest.raises(ClipError, match="cannot be read"):
        folder.clips()
