"""Numbers after a power failure: what was not synced is gone, and so is what was kept here."""

import shutil

import pytest

from daemon.health import Health
from daemon.store import watermark
from daemon.store.journal import Journal
from daemon.store.watermark import LEAP, Watermark

EPOCH = "0" * 32


def booted(monkeypatch, name):
    monkeypatch.setattr(watermark, "boot_id", lambda: name)


def opened(folder):
    return Journal.open(folder, health=Health(), commit_patience_s=30.0)


def test_numbers_go_on_after_a_kill_and_after_a_stop(tmp_path, monkeypatch):
    booted(monkeypatch, "first")
    mark = Watermark(tmp_path)
    assert mark.begin(EPOCH, 0) == 0
    mark.keep(7)
    del mark  # killed
    mark = Watermark(tmp_path)
    assert mark.begin(EPOCH, 5) == 7
    mark.close()
    booted(monkeypatch, "second")
    assert Watermark(tmp_path).begin(EPOCH, 5) == 7, "it was closed before the machine went down"


@pytest.mark.parametrize("boot", ["second", ""])
def test_numbers_leap_where_the_machine_went_down(tmp_path, monkeypatch, boot):
    booted(monkeypatch, "first" if boot else "")
    mark = Watermark(tmp_path)
    mark.begin(EPOCH, 3)
    mark.keep(7)
    booted(monkeypatch, boot)
    assert Watermark(tmp_path).begin(EPOCH, 5) == 7 + LEAP


def test_another_store_has_numbers_of_its_own(tmp_path):
    mark = Watermark(tmp_path)
    mark.begin(EPOCH, 0)
    mark.keep(7)
    assert Watermark(tmp_path).begin("1" * 32, 0) == 0


@pytest.mark.parametrize("content", [b"", b"rubbish", bytes(200)])
def test_a_file_that_says_nothing_is_begun_anew(tmp_path, content):
    (tmp_path / watermark.FILE).write_bytes(content)
    mark = Watermark(tmp_path)
    assert mark.epoch == ""
    assert mark.begin(EPOCH, 4) == 4 + LEAP
    mark.close()
    assert Watermark(tmp_path).begin(EPOCH, 4) == 4 + LEAP


def test_an_event_lost_with_the_power_leaves_its_number_unused(tmp_path, event, monkeypatch):
    booted(monkeypatch, "first")
    state, disk = tmp_path / "state", tmp_path / "disk"
    state.mkdir()
    with opened(state) as journal:
        journal.append(event("a", "cleared", reason="ended"))
    journal = opened(state)
    shutil.copytree(state, disk)  # what had reached the disk when the power failed
    seen = journal.append(event("b"))
    journal.close()
    booted(monkeypatch, "second")
    with opened(disk) as after:
        assert after.append(event("c")).seq > seen.seq
