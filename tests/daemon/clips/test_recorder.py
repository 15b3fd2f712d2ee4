"""What is recorded is what was played around an alert, and nothing else, and nobody else hears."""

import threading

import numpy as np
import pytest

from daemon.clips.folder import Span
from daemon.clips.identity import make_identity, read_identities
from daemon.clips.opened import open_clip
from daemon.config.schema import Clips
from daemon.errors import ClipError, StateError

PATIENCE_S = 60.0


def readable(folder, *pieces):
    """Which of ``pieces`` (bytes) are in some file."""
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return [piece for piece in pieces if any(piece in content for content in files)]


def test_an_alert_from_before_it_was_raised_until_after_it_was_cleared(open_room, key):
    room = open_room()
    room.play(5)
    room.tell("abc", "raised", 5.0, onset_s=4.5)
    room.play(3)
    room.tell("abc", "updated", 7.0, "critical")
    room.tell("abc", "cleared", 8.0)
    room.play(2)
    (clip,) = room.clips(1)
    np.testing.assert_array_equal(key.hear(clip), room.span(2.5, 9.0))
    assert key.comment(clip) == "nothing is missing"
    assert (clip.alert, clip.began, clip.seconds) == ("abc", room.wall + 2.0, 7)
    assert clip.path.name == "20260921T141322Z_7s_abc.flac.age"
    assert clip.path.stat().st_mode & 0o777 == 0o600
    assert clip.path.parent.stat().st_mode & 0o777 == 0o700
    room.recorder.stop()
    assert room.health.part("clips").figures["recorded"] == 1
    assert room.health.part("clips").figures["bytes"] == clip.size


def test_nothing_that_is_kept_can_be_heard_without_the_key(open_room, key, tmp_path):
    room = open_room()
    room.play(4)
    room.tell("abc", "raised", 4.0)
    room.tell("abc", "cleared", 4.0)
    room.play(2)
    (clip,) = room.clips(1)
    raw = room.span(2.5, 2.51).astype("<i2").tobytes()
    flac = open_clip(clip, read_identities(key.path)).flac
    state = tmp_path / "state"
    assert readable(state, b"fLaC", b"RIFF", b"OggS", raw, flac[100:140]) == []
    assert clip.path.read_bytes().startswith(b"age-encryption.org/v1\n")
    other = tmp_path / "other.key"
    make_identity(other)
    with pytest.raises(ClipError, match="not made for this key"):
        open_clip(clip, read_identities(other))
    whole = clip.path.read_bytes()
    clip.path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ClipError, match="damaged"):
        open_clip(clip, read_identities(key.path))


def test_off_records_nothing_and_starts_no_thread(open_room):
    room = open_room(enabled=False)
    room.play(3)
    room.tell("abc", "raised", 3.0)
    room.recorder.stop()
    assert not room.folder.path.exists()
    assert room.health.part("clips").state == "off"
    assert room.recorder._thread is None
    demo = open_room(never="the demonstration is not recorded")
    assert demo.health.part("clips").reason == "the demonstration is not recorded"
    assert not demo.recorder.records


def test_alerts_below_the_level_are_dropped_and_their_highest_counts(open_room, key):
    room = open_room(after_s=0.0)
    room.play(3)
    for name in ("low", "rising"):
        room.tell(name, "raised", 3.0, "advisory")
    room.tell("rising", "updated", 3.0, "warning")
    for name in ("low", "rising"):
        room.tell(name, "cleared", 3.0, "advisory")
    room.play(1)
    room.recorder.stop()
    assert [clip.alert for clip in room.folder.clips()] == ["rising"]


def test_the_longest_is_the_longest(open_room, key):
    room = open_room(longest_s=10.0)
    room.play(3)
    room.tell("abc", "raised", 3.0)
    for _ in range(12):
        room.play(1)
    (clip,) = room.clips(1)
    np.testing.assert_array_equal(key.hear(clip), room.span(1.0, 11.0))


def test_where_no_more_sound_comes_what_there_was_is_kept(open_room, key, monkeypatch):
    monkeypatch.setattr("daemon.clips.take.STALLED_S", 0.05)
    room = open_room()
    room.play(3)
    room.tell("abc", "raised", 3.0)
    (clip,) = room.clips(1)
    np.testing.assert_array_equal(key.hear(clip), room.span(1.0, 3.0))
    room.play(3)
    room.tell("def", "raised", 6.0)
    room.ring.close()
    _, clip = room.clips(2)
    np.testing.assert_array_equal(key.hear(clip), room.span(4.0, 6.0))


def test_what_the_ring_no_longer_holds_is_left_out_and_what_is_lost_is_said(open_room, key):
    room = open_room(ring_s=5.0, start=False)
    room.play(5)
    room.tell("abc", "raised", 5.0)
    room.play(4)  # the first two seconds before the alert are gone: 3 … 4
    room.recorder.start()
    room.tell("abc", "cleared", 8.0)
    (clip,) = room.clips(1)
    sound = key.hear(clip)
    np.testing.assert_array_equal(sound, room.span(9.0 - len(sound) / 16_000, 9.0))
    assert len(sound) == 5 * 16_000
    assert clip.began == room.wall + 4.0


def test_lost_sound_is_silence_and_said(open_room, key, monkeypatch):
    room = open_room(ring_s=5.0, start=False, before_s=0.0, after_s=0.0)
    room.play(1)
    room.tell("abc", "raised", 1.0)
    for _ in range(7):
        room.play(1)
    room.tell("abc", "cleared", 8.0)
    room.recorder.start()
    (clip,) = room.clips(1)
    sound = key.hear(clip)
    assert len(sound) == 7 * 16_000
    assert not sound[: 2 * 16_000].any()
    np.testing.assert_array_equal(sound[2 * 16_000 :], room.span(3.0, 8.0))
    assert key.comment(clip) == "from 0.00 s on, 2.00 s are lost"


def test_an_interruption_is_said(open_room, key):
    room = open_room(after_s=0.0)
    room.play(1)
    room.ring.interrupt()
    room.play(1)
    room.tell("abc", "raised", 2.0)
    room.play(1)
    room.ring.interrupt()
    room.play(1)
    room.tell("abc", "cleared", 4.0)
    (clip,) = room.clips(1)
    assert key.comment(clip) == (
        "listening was interrupted at 1.00 s; listening was interrupted at 3.00 s"
    )
    np.testing.assert_array_equal(key.hear(clip), room.span(0.0, 4.0))


def test_a_pause_is_never_recorded(open_room, key):
    room = open_room()
    room.play(3)
    room.tell("abc", "raised", 3.0)
    room.play(1)
    room.tell("abc", "cleared", 3.5)
    room.recorder.paused(round(3.75 * 16_000))
    room.play(3)
    room.recorder.resumed()
    room.play(1)
    room.tell("def", "raised", 8.0)
    room.play(1)
    room.tell("def", "cleared", 8.5, reason="paused")
    room.recorder.paused(round(8.5 * 16_000))
    before, after = room.clips(2)
    np.testing.assert_array_equal(key.hear(before), room.span(1.0, 3.75))
    np.testing.assert_array_equal(key.hear(after), room.span(7.0, 8.5))


def test_what_is_being_recorded_is_forgotten_too(open_room, key):
    room = open_room()
    room.play(3)
    room.tell("old", "raised", 3.0)
    room.tell("old", "cleared", 3.0)
    room.play(2)
    room.clips(1)
    room.tell("now", "raised", 5.0)
    room.recorder.forget(Span(0.0, room.wall + 1e6))
    assert room.folder.clips() == []
    room.tell("now", "cleared", 5.0)
    room.play(1)
    room.tell("next", "raised", 6.0)
    room.tell("next", "cleared", 6.0)
    room.play(1)
    (clip,) = room.clips(1)
    assert clip.alert == "next"
    np.testing.assert_array_equal(key.hear(clip), room.span(5.0, 7.0))


def test_only_the_span_and_the_named_alerts_are_forgotten(open_room):
    room = open_room(start=False)
    sealed = b"x" * 100
    for name, at in (("one", 100.0), ("two", 200.0), ("three", 300.0)):
        room.folder.write(name, room.wall + at, 10.0, sealed)
    room.recorder.start()
    room.recorder.forget(Span(room.wall + 205.0, room.wall + 290.0, frozenset({"one"})))
    assert [clip.alert for clip in room.folder.clips()] == ["three"]


def test_a_disk_without_room_is_said_and_waited_for(open_room, key, monkeypatch, small_disk):
    monkeypatch.setattr("daemon.clips.outbox.RETRY_S", 0.05)
    room = open_room(state=small_disk.folder)
    small_disk.fill()
    said = threading.Event()
    room.health.listen(lambda part, told: said.set() if told.state == "degraded" else None)
    room.play(3)
    room.tell("abc", "raised", 3.0)
    room.tell("abc", "cleared", 3.0)
    room.play(2)
    assert said.wait(PATIENCE_S)
    told = room.health.part("clips")
    assert (told.reason[:30], told.remedy[:15]) == (
        "A clip cannot be written: the ",
        "Free space on t",
    )
    assert room.folder.clips() == []
    small_disk.free()
    (clip,) = room.clips(1)
    np.testing.assert_array_equal(key.hear(clip), room.span(1.0, 4.0))
    room.recorder.stop()
    assert room.health.part("clips").state == "ok"


def test_forgetting_that_fails_is_said(open_room, monkeypatch):
    room = open_room()
    monkeypatch.setattr(
        "daemon.clips.folder.ClipFolder.forget",
        lambda *_: (_ for _ in ()).throw(ClipError("It cannot be removed.")),
    )
    with pytest.raises(StateError, match="Not every clip could be removed"):
        room.recorder.forget(Span(0.0, room.wall))


def test_switched_off_while_it_runs(open_room):
    room = open_room()
    room.play(3)
    room.tell("abc", "raised", 3.0)
    room.recorder.reconfigure(Clips())
    room.play(2)
    room.tell("abc", "cleared", 3.0)
    assert room.health.part("clips").state == "off"
    room.recorder.stop()
    assert room.folder.clips() == []


def test_switched_on_while_it_runs(open_room, key):
    room = open_room(enabled=False)
    room.play(3)
    on = Clips(enabled=True, recipients=(key.recipient,), after_s=1.0)
    room.recorder.reconfigure(on)
    assert room.health.part("clips").state == "ok"
    room.play(1)
    room.tell("abc", "raised", 4.0)
    room.tell("abc", "cleared", 4.0)
    room.play(2)
    (clip,) = room.clips(1)
    np.testing.assert_array_equal(key.hear(clip), room.span(3.0, 5.0))
    room.recorder.reconfigure(Clips())
    assert room.health.part("clips").state == "off"
    room.recorder.reconfigure(on)
    assert room.health.part("clips").state == "ok"


def test_switched_off_and_on_again_it_does_not_go_on(open_room, key):
    room = open_room()
    room.play(3)
    room.tell("abc", "raised", 3.0)
    room.recorder.reconfigure(Clips())
    room.recorder.reconfigure(Clips(enabled=True, recipients=(key.recipient,)))
    room.tell("abc", "cleared", 3.0)
    room.play(6)
    room.recorder.stop()
    assert room.folder.clips() == []


def die(room, monkeypatch, where):
    """Have the recorder's thread die at ``where``, while it records."""
    died = threading.Event()
    room.health.listen(lambda part, told: died.set() if told.state == "failed" else None)
    with monkeypatch.context() as broken:
        broken.setattr(where, lambda _: 1 / 0)
        room.play(3)
        room.tell("abc", "raised", 3.0)
        assert died.wait(PATIENCE_S)
        room.recorder._thread.join()


def test_what_a_recorder_that_died_had_is_forgotten_too(open_room, monkeypatch):
    room = open_room()
    die(room, monkeypatch, "daemon.clips.recorder.Recorder._tidy")
    room.folder.write("old", room.wall, 10.0, b"sealed")
    room.recorder.forget(Span(0.0, room.wall + 1e6))
    assert room.folder.clips() == []
    assert room.ring._readers == ()


def test_a_recorder_that_died_is_begun_again(open_room, monkeypatch, caplog):
    room = open_room()
    die(room, monkeypatch, "daemon.clips.take.Take.record")
    assert not room.recorder.alive
    assert room.ring.demand == room.ring.hop
    room.recorder.start()
    assert room.recorder.alive
    assert room.ring._readers == ()
    room.tell("def", "raised", 3.0)
    room.tell("def", "cleared", 3.0)
    room.play(2)
    assert [clip.alert for clip in room.clips(1)] == ["def"]


def test_a_storm_is_bounded_and_counted(open_room, key):
    room = open_room(start=False, after_s=60.0)
    room.play(3)
    for number in range(200):
        room.tell(f"a{number}", "raised", 3.0)
    assert room.recorder.figures["dropped"] == 136
    room.recorder.start()
    room.recorder.stop()
    assert room.recorder.figures["dropped"] == 196
    assert len(room.folder.clips()) == 4
