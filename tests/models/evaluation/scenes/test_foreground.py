"""Everyday sound in front: counted where a warning comes to be over it, and only there."""

import pytest

from models.evaluation.scenes.alerts import Alert, Heard
from models.evaluation.scenes.foreground import foreground
from models.evaluation.scenes.mixing import Event, Truth


def came(kind, onset_s):
    return Event(kind, f"{kind}.wav", "group", 10, onset_s, onset_s + 1.0, "music")


def warned(at_s, *, infant=False):
    return Alert("scream", 0.0, at_s, None, None, infant)


def heard(alerts, *, at_half=()):
    events = (came("talk", 10.0), came("talk", 40.0), came("animals", 70.0))
    truth = Truth("one", 100.0, events, (("music", 0.0, 100.0),), ())
    return Heard(truth, tuple(alerts), {0.5: tuple(at_half), 0.9: ()})


def test_a_warning_over_a_sound_or_shortly_after_it_counts_once():
    found = foreground([heard([warned(10.5), warned(12.9), warned(71.0)])])
    assert (found["sounds"], found["raised"]) == (3, pytest.approx(2 / 3, abs=1e-4))
    assert found["by_kind"]["talk"]["raised"] == 0.5
    assert found["by_kind"]["animals"]["raised"] == 1.0
    low, high = found["raised_ci95"]
    assert low < 2 / 3 < high


@pytest.mark.parametrize(
    "alert", [warned(9.9), warned(13.1), warned(None), warned(10.5, infant=True)]
)
def test_what_comes_elsewhere_or_never_warns_or_is_of_an_infant_does_not(alert):
    assert foreground([heard([alert])])["raised"] == 0.0


def test_other_thresholds_are_told_apart():
    found = foreground([heard([], at_half=[warned(41.0)])])
    assert found["curve"] == [[0.5, pytest.approx(1 / 3, abs=1e-4)], [0.9, 0.0]]


def test_where_nothing_came_forward_nothing_is_claimed():
    assert foreground([]) == {
        "sounds": 0, "raised": None, "raised_ci95": None, "by_kind": {}, "curve": [],
    }  # fmt: skip
