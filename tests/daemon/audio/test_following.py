import numpy as np
import pytest

from daemon.audio.following import LARGEST_STEP, Following
from daemon.audio.ring import Ring


@pytest.fixture
def ring():
    return Ring(4 * LARGEST_STEP)


def ramp(first, count):
    return np.arange(first, first + count, dtype=np.float32)


def test_what_was_heard_comes_once_and_in_order(ring):
    following = Following(ring.reader("second"))
    ring.write(ramp(0, 800))
    first, missing = following.until(480)
    assert not missing
    assert first.tolist() == ramp(0, 480).tolist()
    rest, missing = following.until(800)
    assert not missing
    assert rest.tolist() == ramp(480, 320).tolist()
    assert len(following.until(800)[0]) == 0


def test_what_is_not_there_yet_comes_later(ring):
    following = Following(ring.reader("second"))
    ring.write(ramp(0, 160))
    block, missing = following.until(320)
    assert (len(block), missing) == (0, False)
    ring.write(ramp(160, 160))
    assert following.until(320)[0].tolist() == ramp(0, 320).tolist()


def test_a_leap_is_a_gap_and_only_its_end_comes(ring):
    following = Following(ring.reader("second"))
    ring.write(ramp(0, 2 * LARGEST_STEP))
    block, missing = following.until(2 * LARGEST_STEP)
    assert missing
    assert block.tolist() == ramp(LARGEST_STEP, LARGEST_STEP).tolist()


def test_a_discontinuity_is_told(ring):
    following = Following(ring.reader("second"))
    ring.write(ramp(0, 160))
    following.until(160)
    ring.interrupt()
    ring.write(ramp(160, 160))
    assert following.until(320)[1]
