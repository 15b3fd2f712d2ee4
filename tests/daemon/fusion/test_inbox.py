import threading

import pytest

from daemon.fusion.inbox import Amend, Closed, Finish, Inbox, Pause, Read
from daemon.fusion.reading import Reading


def forever():
    return None


def samples(inbox, number):
    return [inbox.take(forever).sample for _ in range(number)]


def test_full_and_live_drops_the_oldest_evidence_and_counts(hop):
    inbox = Inbox(3, lossless=False)
    for i in range(1, 6):
        assert inbox.put(hop(i * 160))
    assert inbox.dropped == 2
    assert samples(inbox, 3) == [480, 640, 800]


def test_readings_are_not_dropped_for_evidence(hop):
    inbox = Inbox(3, lossless=False)
    read = Read(Reading(0.5, 0))
    inbox.put(read)
    for i in range(1, 6):
        inbox.put(hop(i * 160))
    assert inbox.take(forever) is read
    assert samples(inbox, 2) == [640, 800]


def test_it_is_bounded_even_without_evidence_to_drop():
    inbox = Inbox(2, lossless=False)
    amend = Amend("a", "warning", trustworthy=False)
    assert [inbox.put(amend) for _ in range(4)] == [True, True, False, False]


def test_full_and_lossless_blocks_the_writer(hop):
    inbox = Inbox(2, lossless=True)
    accepted = []
    writer = threading.Thread(
        target=lambda: accepted.extend(inbox.put(hop(i * 160)) for i in range(1, 101))
    )
    writer.start()
    assert samples(inbox, 100) == [i * 160 for i in range(1, 101)]
    writer.join(10)
    assert accepted == [True] * 100
    assert inbox.dropped == 0


def test_closing_releases_a_blocked_writer(hop):
    inbox = Inbox(1, lossless=True)
    inbox.put(hop(160))
    accepted = []
    writer = threading.Thread(target=lambda: accepted.append(inbox.put(hop(320))))
    writer.start()
    inbox.close()
    writer.join(10)
    assert accepted == [False]


def test_closed_gives_what_is_in_and_then_says_so(hop):
    inbox = Inbox(4, lossless=False)
    inbox.put(hop(160))
    inbox.close()
    assert not inbox.put(hop(320))
    assert samples(inbox, 1) == [160]
    with pytest.raises(Closed):
        inbox.take(forever)


def test_a_pause_overtakes_and_the_newest_counts(hop):
    inbox = Inbox(4, lossless=False)
    inbox.put(hop(160))
    inbox.pause(Pause(5.0))
    inbox.pause(Pause(9.0))
    assert inbox.take(forever) == Pause(9.0)
    assert samples(inbox, 1) == [160]


def test_patience_ends():
    assert Inbox(4, lossless=False).take(lambda: 0.0) is None


def test_abandoning_releases_who_waits_for_the_end(hop):
    inbox = Inbox(1, lossless=False)
    inbox.put(hop(160))
    end = Finish("ended")
    assert inbox.put(end)  # always gets in
    inbox.abandon()
    assert end.done.is_set()
    with pytest.raises(Closed):
        inbox.take(forever)
