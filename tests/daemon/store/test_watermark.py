"""Numbers after a power failure: what was not synced is gone, and so is what was kept here."""

import os
import shutil
import sqlite3
import struct
import threading
import time

import pytest

from daemon.boot import LENGTH
from daemon.health import Health
from daemon.store import watermark
from daemon.store.database import FILE
from daemon.store.journal import Journal
from daemon.store.watermark import LEAP, SPARE, Watermark

EPOCH = "0" * 32
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """However busy the machine, what is kept is written when ``keep`` returns."""
    monkeypatch.setattr(watermark, "PATIENCE_S", PATIENCE_S)


class HangingDisk:
    """Takes nothing that is written by ``pwrite`` until it goes on."""

    def __init__(self, monkeypatch):
        self._goes_on = threading.Event()
        self._write = os.pwrite
        monkeypatch.setattr(watermark.os, "pwrite", self._wait)

    def _wait(self, *words):
        assert self._goes_on.wait(PATIENCE_S)
        return self._write(*words)

    def go_on(self):
        self._goes_on.set()


def left_by_a_kill(folder):
    """What the next process would begin with in ``folder``, were this one killed now."""
    left = folder / "left"
    left.mkdir(exist_ok=True)
    shutil.copy(folder / watermark.FILE, left)
    return Watermark(left).begin(EPOCH, 0)


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
    assert mark.begin(EPOCH, 5) == 7 + SPARE
    mark.close()
    booted(monkeypatch, "second")
    assert Watermark(tmp_path).begin(EPOCH, 5) == 7 + SPARE, "closed before the machine went down"


@pytest.mark.parametrize("boot", ["second", ""])
def test_numbers_leap_where_the_machine_went_down(tmp_path, monkeypatch, boot):
    booted(monkeypatch, "first" if boot else "")
    mark = Watermark(tmp_path)
    given = mark.begin(EPOCH, 3) + 4
    mark.keep(given)
    booted(monkeypatch, boot)
    assert Watermark(tmp_path).begin(EPOCH, 5) == given + SPARE + LEAP


def test_after_a_stop_no_number_is_left_out(tmp_path):
    mark = Watermark(tmp_path)
    mark.begin(EPOCH, 0)
    mark.keep(7)
    mark.close()
    assert Watermark(tmp_path).begin(EPOCH, 5) == 7


def test_a_disk_that_hangs_holds_up_no_alert_and_no_number_is_given_twice(
    tmp_path, event, monkeypatch
):
    monkeypatch.setattr(watermark, "PATIENCE_S", 0.01)
    health = Health()
    journal = Journal.open(tmp_path, health=health, busy_s=PATIENCE_S)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # nor does the database take anything
    disk = HangingDisk(monkeypatch)
    sent = []
    alerts = threading.Thread(
        target=lambda: sent.extend(journal.append(event(name)) for name in "abc")
    )
    alerts.start()
    alerts.join(PATIENCE_S / 2)
    assert [(one.id, one.durable) for one in sent] == [("a", False), ("b", False), ("c", False)]
    assert [one.id for one in journal.open_alerts()] == ["a", "b", "c"]
    other.close()
    disk.go_on()
    journal.close()
    with opened(tmp_path) as after:
        assert after.append(event("d")).seq > sent[-1].seq


@pytest.mark.parametrize("stored", [0, 7, 1_000])
def test_what_goes_out_while_a_disk_hangs_is_kept_by_what_it_took_before(
    tmp_path, monkeypatch, stored
):
    mark = Watermark(tmp_path)
    mark.begin(EPOCH, 0)
    for seq in range(1, stored + 1):
        mark.keep(seq, stored=True)
    deadline = time.monotonic() + PATIENCE_S
    while left_by_a_kill(tmp_path) < stored + SPARE // 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    monkeypatch.setattr(watermark, "PATIENCE_S", 0.01)
    disk = HangingDisk(monkeypatch)
    mark.keep(stored + 1)
    mark.keep(stored + 2)
    taken = tmp_path / "taken"
    taken.mkdir()
    shutil.copy(tmp_path / watermark.FILE, taken)
    disk.go_on()
    mark.close()
    assert Watermark(taken).begin(EPOCH, stored) >= stored + 2


def test_nobody_waits_for_a_number_that_the_database_has(tmp_path, monkeypatch):
    mark = Watermark(tmp_path)
    mark.begin(EPOCH, 0)
    disk = HangingDisk(monkeypatch)
    began = time.monotonic()
    for seq in range(1, 2 * SPARE):
        mark.keep(seq, stored=True)
    assert time.monotonic() - began < PATIENCE_S / 2
    disk.go_on()
    mark.close()
    assert Watermark(tmp_path).begin(EPOCH, 0) == 2 * SPARE - 1


def test_a_store_that_was_opened_anew_meanwhile_takes_no_number_back(tmp_path):
    mark = Watermark(tmp_path)
    leapt = mark.begin(EPOCH, 3)
    mark.keep(4)  # was given before that
    mark.close()
    assert Watermark(tmp_path).begin(EPOCH, 3) == leapt


def test_another_store_has_numbers_of_its_own(tmp_path):
    mark = Watermark(tmp_path)
    mark.begin(EPOCH, 0)
    mark.keep(7)
    assert Watermark(tmp_path).begin("1" * 32, 0) == 0


def record(epoch, seq):
    return struct.pack(f"<4s32sQ{LENGTH + 1}s", b"seq2", epoch, seq, b"")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"rubbish", bytes(200),
        record(b"\xe9" * 32, 7), record(EPOCH.encode(), 2**64 - 1),
    ],
    ids=["empty", "rubbish", "zeros", "no epoch", "no number"],
)  # fmt: skip
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
