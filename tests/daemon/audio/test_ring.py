"""The ring: what comes out is what went in, or the reader is told how much is gone."""

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.audio.ring import ENDED, Ring

CAPACITY = 1600
HOP = 160


def counting(start: int, size: int) -> np.ndarray:
    """Samples that say their own absolute index (exact in float32 below 2**24)."""
    return np.arange(start, start + size, dtype=np.float32)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 2 * CAPACITY)),
        st.tuples(st.just("read a"), st.integers(0, CAPACITY - HOP)),
        st.tuples(st.just("read b"), st.integers(0, CAPACITY - HOP)),
    ),
    max_size=40,
)


@given(steps)
def test_any_interleaving_yields_the_written_samples_or_counts_them_as_lost(
    plan: list[tuple[str, int]],
) -> None:
    ring = Ring(CAPACITY)
    readers = {"read a": ring.reader("a"), "read b": ring.reader("b")}
    read = dict.fromkeys(readers, 0)
    for action, size in plan:
        if action == "write":
            ring.write(counting(ring.written, size))
            continue
        reader = readers[action]
        before = reader.position
        out = np.empty(size, np.float32)
        lost = reader.read(out, 0)
        if lost is None:
            assert ring.written - max(before, ring.written - CAPACITY) < size + HOP
            assert reader.position == before
            continue
        if lost:
            assert (before + lost) % HOP == 0
            assert before < ring.written - CAPACITY <= before + lost
        np.testing.assert_array_equal(out, counting(before + lost, size))
        assert reader.position == before + lost + size
        read[action] += size
    ring.close()
    for name, reader in readers.items():
        rest = reader.read_rest()
        np.testing.assert_array_equal(rest, counting(ring.written - len(rest), len(rest)))
        assert read[name] + len(rest) + reader.lost_total == ring.written == reader.position


@given(st.lists(st.integers(1, 700), max_size=30), st.integers(1, 900))
def test_a_writer_that_waits_for_space_never_overruns_a_lossless_reader(
    writes: list[int], size: int
) -> None:
    ring = Ring(CAPACITY)
    hasty = ring.reader("hasty")
    patient = ring.reader("patient", lossless=True)
    total = sum(writes)
    out = np.empty(size, np.float32)

    def write() -> None:
        for block in writes:
            assert ring.wait_for_space(block, 30)
            ring.write(counting(ring.written, block))
        ring.close()

    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    while (lost := patient.read(out, 30)) != ENDED:
        assert lost == 0
        np.testing.assert_array_equal(out, counting(seen, size))
        seen += size
    writer.join()
    rest = patient.read_rest()
    np.testing.assert_array_equal(rest, counting(seen, total - seen))
    assert patient.lost_total == 0
    hasty.read_rest()
    assert hasty.lost_total == -(-max(0, total - CAPACITY) // HOP) * HOP


@pytest.fixture
def hectic() -> Iterator[None]:
    """Threads that take turns as often as they can, in the middle of everything."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hectic")
def test_readers_beside_a_writer_in_full_flight_keep_no_overwritten_sample() -> None:
    ring = Ring(CAPACITY)
    blocks = 60_000
    wrong: list[str] = []

    def listen(size: int) -> None:
        reader = ring.reader(str(size))
        ready.wait()
        out = np.empty(size, np.float32)
        start, kept = reader.position, 0
        while (lost := reader.read(out, 30)) != ENDED:
            begin = reader.position - size
            if lost is None or not np.array_equal(out, counting(begin, size)):
                wrong.append(f"{size} at {begin}: {lost}")
                return
            kept += size
        kept += len(reader.read_rest())
        if start + kept + reader.lost_total != ring.written:
            wrong.append(f"{size}: {start} + {kept} + {reader.lost_total} of {ring.written}")

    ready = threading.Barrier(4)
    threads = [threading.Thread(target=listen, args=(size,)) for size in (100, 160, 1440)]
    for thread in threads:
        thread.start()
    ready.wait()
    for _ in range(blocks):
        ring.write(counting(ring.written, HOP))
    ring.close()
    for thread in threads:
        thread.join()
    assert not wrong
    assert ring.written == blocks * HOP


def test_a_reader_waits_for_its_samples_and_no_longer_than_it_said() -> None:
    ring = Ring(CAPACITY)
    reader = ring.reader("r")
    out = np.empty(HOP, np.float32)
    assert reader.read(out, 0.01) is None
    ring.write(counting(0, 100))
    assert reader.read(out, 0) is None
    answers: list[int | None] = []
    waiting = threading.Thread(target=lambda: answers.append(reader.read(out, 30)))
    waiting.start()
    ring.write(counting(100, 60))
    waiting.join()
    assert answers == [0]
    np.testing.assert_array_equal(out, counting(0, HOP))


def test_closing_wakes_who_waits_and_leaves_the_rest_to_be_read() -> None:
    ring = Ring(CAPACITY)
    reader = ring.reader("r")
    ring.write(counting(0, 30))
    answers: list[int | None] = []
    waiting = threading.Thread(
        target=lambda: answers.append(reader.read(np.empty(HOP, np.float32), 30))
    )
    waiting.start()
    ring.close("the cable was pulled")
    ring.close("too late to matter")
    waiting.join()
    assert answers == [ENDED]
    assert (ring.closed, ring.reason) == (True, "the cable was pulled")
    np.testing.assert_array_equal(reader.read_rest(), counting(0, 30))
    with pytest.raises(ValueError, match="closed"):
        ring.write(counting(30, 1))


def test_waiting_for_space_ends_with_time_a_close_or_the_readers_leaving() -> None:
    ring = Ring(CAPACITY)
    reader = ring.reader("slow", lossless=True)
    ring.write(counting(0, CAPACITY))
    assert not ring.wait_for_space(1, 0.01)
    answers: list[bool] = []

    def wait() -> threading.Thread:
        thread = threading.Thread(target=lambda: answers.append(ring.wait_for_space(1, 30)))
        thread.start()
        return thread

    waiting = wait()
    reader.close()
    waiting.join()
    ring.reader("slower", lossless=True)
    ring.write(counting(0, CAPACITY))
    waiting = wait()
    ring.close()
    waiting.join()
    assert answers == [True, False]


def test_a_stamp_says_when_a_hop_was_complete_and_how_long_it_took_from_the_converter() -> None:
    ring = Ring(CAPACITY)
    ring.write(counting(0, 100))
    with pytest.raises(LookupError):
        ring.stamp(100)
    ring.write(counting(100, 380), captured_ns=1_000_000_000)
    stamps = [ring.stamp(end) for end in (160, 320, 480)]
    assert len({ns for ns, _ in stamps}) == 1
    ring_ns = stamps[0][0]
    # The block's last sample is sample 479: the hops before it were captured 10 ms apart.
    expected = [(ring_ns - 1_000_000_000) / 1e6 + early for early in (20.0, 10.0, 0.0)]
    assert [ms for _, ms in stamps] == pytest.approx(expected)
    assert ring.stamp(161) == ring.stamp(320)
    ring.write(counting(480, 160))
    later_ns, capture_ms = ring.stamp(640)
    assert later_ns >= ring_ns
    assert capture_ms == 0.0
    with pytest.raises(LookupError):
        ring.stamp(0)


def test_a_stamp_outlives_its_samples_by_a_ring() -> None:
    ring = Ring(CAPACITY)
    ring.write(counting(0, HOP))
    first = ring.stamp(HOP)
    ring.write(counting(HOP, 2 * CAPACITY - HOP))
    assert ring.stamp(HOP) == first
    ring.write(counting(2 * CAPACITY, HOP))
    with pytest.raises(LookupError):
        ring.stamp(HOP)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(0, 2 * CAPACITY)),
            st.tuples(st.just("interrupt"), st.just(0)),
            st.tuples(st.just("read"), st.integers(1, CAPACITY - HOP)),
        ),
        max_size=40,
    )
)
def test_a_reader_learns_of_each_discontinuity_with_the_first_samples_behind_it(
    plan: list[tuple[str, int]],
) -> None:
    ring = Ring(CAPACITY)
    reader = ring.reader("r")
    pending: set[int] = set()  # where the stream breaks, if the reader is not past it
    for action, size in plan:
        if action == "write":
            ring.write(counting(ring.written, size))
        elif action == "interrupt":
            before = ring.written
            ring.interrupt()
            assert ring.written == -(-before // HOP) * HOP
            if before and (before % HOP or reader.position <= before):
                pending.add(ring.written)
        elif reader.read(np.empty(size, np.float32), 0) is not None:
            passed = {mark for mark in pending if mark < reader.position}
            assert reader.breaks == tuple(
                sorted({max(mark, reader.position - size) for mark in passed})
            )
            pending -= passed


def test_a_hop_cut_short_by_a_discontinuity_is_completed_with_zeros() -> None:
    ring = Ring(CAPACITY)
    reader = ring.reader("r")
    hop = np.empty(HOP, np.float32)
    ring.interrupt()  # nothing came before
    ring.write(counting(0, 250))
    ring.interrupt()
    ring.interrupt()
    late = ring.reader("late")
    ring.write(counting(320, HOP))
    for expected, breaks in (
        (counting(0, HOP), ()),
        (np.pad(counting(HOP, 90), (0, 70)), ()),
        (counting(320, HOP), (320,)),
    ):
        assert reader.read(hop, 0) == 0
        np.testing.assert_array_equal(hop, expected)
        assert reader.breaks == breaks
    assert late.read(hop, 0) == 0
    assert late.breaks == ()
    ring.close()
    ring.interrupt()
    assert ring.written == 480


def test_a_discontinuity_that_was_lost_unread_is_told_behind_the_loss() -> None:
    ring = Ring(CAPACITY)
    reader = ring.reader("r")
    ring.write(counting(0, HOP))
    ring.interrupt()
    ring.write(counting(HOP, 3 * CAPACITY))
    assert reader.read(np.empty(HOP, np.float32), 0)
    assert reader.breaks == (reader.position - HOP,)


def test_a_reader_may_begin_in_the_past_and_is_told_of_what_it_comes_to() -> None:
    ring = Ring(CAPACITY)
    ring.write(counting(0, 2 * HOP))
    ring.interrupt()
    ring.write(counting(2 * HOP, 3 * HOP))
    ring.interrupt()
    ring.write(counting(5 * HOP, HOP))
    out = np.empty(3 * HOP, np.float32)
    for begin, start, breaks in (
        (HOP, HOP, (2 * HOP,)),
        (2 * HOP, 2 * HOP, ()),
        (-9, 0, (2 * HOP,)),
    ):
        reader = ring.reader("r", begin=begin)
        assert reader.position == start
        assert reader.read(out, 0) == 0
        np.testing.assert_array_equal(out, counting(start, 3 * HOP))
        assert reader.breaks == breaks
    assert ring.reader("r", begin=10 * HOP).position == ring.written
    ring.write(counting(6 * HOP, CAPACITY))
    late = ring.reader("r", begin=0)
    assert late.read(out, 0) == 6 * HOP
    assert late.breaks == (6 * HOP,)


def test_nothing_is_written_earlier_for_a_patient_reader() -> None:
    ring = Ring(CAPACITY)
    hops = ring.reader("hops")
    assert hops.read(np.empty(5 * HOP, np.float32), 0) is None
    patient = ring.reader("patient", patient=True)
    ring.write(counting(0, HOP))
    assert patient.read(np.empty(HOP // 2, np.float32), 0) == 0
    assert ring.demand == 4 * HOP
    hops.close()
    assert ring.demand == HOP


def test_a_writer_that_rests_is_woken_by_who_asks_for_less() -> None:
    ring = Ring(CAPACITY)
    reader = ring.reader("r")
    several, one = np.empty(3 * HOP, np.float32), np.empty(HOP, np.float32)
    assert reader.read(several, 0) is None
    assert ring.wait_until_due(ring.demand, 0.0)
    for _ in range(20):  # whichever of the two comes first
        assert reader.read(several, 0) is None
        due: list[bool] = []
        writer = threading.Thread(target=lambda: due.append(ring.wait_until_due(3 * HOP, 60.0)))  # noqa: B023
        writer.start()
        assert reader.read(one, 0) is None
        writer.join(30.0)
        assert due == [False]
    assert ring.wait_until_due(ring.demand, 0.0)


def test_what_can_never_be_met_is_refused() -> None:
    ring = Ring(CAPACITY)
    with pytest.raises(ValueError, match="at most"):
        ring.reader("r").read(np.empty(CAPACITY, np.float32), 1)
    with pytest.raises(ValueError, match="fit at once"):
        ring.wait_for_space(CAPACITY, 1)
    with pytest.raises(ValueError, match="needs at least"):
        Ring(HOP)
