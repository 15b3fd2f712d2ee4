"""When the second ear is asked, about what, and from when its opinion counts."""

import numpy as np
import pytest

from daemon.acoustic.opinion import Opinion
from daemon.acoustic.second_ear import STEP_DELAY, Asker, sound_of
from daemon.audio.ring import Ring
from models.networks.voice import EVERY, SUSPECTED, WINDOW

HOP = 160


class Listening:
    """A stream, its asker, and an ear that answers with how loud the window is."""

    def __init__(self, *, in_step=False, paused=False):
        self.ring = Ring(4 * WINDOW)
        self.asked = []
        self.opinions = []
        self.asker = Asker(
            self.ring.reader("second ear"),
            self,
            self.opinions.append,
            in_step=in_step,
            paused=lambda: paused,
        )

    def ask(self, window, sample, opined):
        self.asked.append((sample, sound_of(window)))
        opined(Opinion(sample, 1.0))

    def hear(self, hops, *, distress=0.0, gate=True, value=0.0):
        for _ in range(hops):
            self.ring.write(np.full(HOP, value, np.float32))
            self.asker.hear(self.ring.written, distress, gate=gate)


def test_ordinary_sound_is_not_asked_about():
    one = Listening()
    one.hear(300, distress=SUSPECTED - 0.01)
    one.hear(300, distress=0.9, gate=False)
    assert one.asked == []


def test_what_is_suspicious_is_asked_about_at_once_and_then_now_and_then():
    one = Listening()
    one.hear(100)
    one.hear(100, distress=SUSPECTED)
    samples = [sample for sample, _ in one.asked]
    assert samples[0] == 101 * HOP
    assert set(np.diff(samples)) == {EVERY}


def test_the_window_is_the_last_two_seconds():
    one = Listening()
    one.hear(WINDOW // HOP, value=0.25)
    one.hear(50, distress=0.5, value=-0.5)
    sample, window = one.asked[0]
    assert sample == WINDOW + HOP
    assert window.shape == (WINDOW,)
    assert window[-HOP:] == pytest.approx(-0.5, abs=1e-4)
    assert window[:-HOP] == pytest.approx(0.25, abs=1e-4)


def test_what_is_louder_than_full_scale_does_not_wrap_around():
    one = Listening()
    one.hear(1, distress=0.5, value=3.0)
    assert one.asked[0][1][-1] == pytest.approx(1.0)


def test_nothing_from_before_a_gap_is_in_a_window():
    one = Listening()
    one.hear(100, value=0.25)
    one.ring.interrupt()
    one.hear(1, distress=0.5, value=-0.5)
    window = one.asked[0][1]
    assert not window[:-HOP].any()


def test_live_an_opinion_counts_when_it_is_there():
    one = Listening()
    one.hear(1, distress=0.5)
    assert one.opinions == [Opinion(HOP, 1.0)]


def test_in_step_an_opinion_counts_a_fixed_time_later():
    one = Listening(in_step=True)
    one.hear(1, distress=0.5)
    one.hear(STEP_DELAY // HOP - 1)
    assert one.opinions == []
    one.hear(1)
    assert one.opinions == [Opinion(HOP, 1.0)]


def test_nobody_is_asked_during_a_pause():
    one = Listening(paused=True)
    one.hear(100, distress=0.9)
    assert one.asked == []
