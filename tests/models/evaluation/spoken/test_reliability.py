"""What is stated of open sounds is compared with what they were."""

from dataclasses import replace

import pytest

from models.evaluation.scenes.mixing import Event, Truth
from models.evaluation.spoken.reliability import Episode, reliability

SECONDS = 600.0


def scene(*episodes):
    event = Event("scream", "x", "g", 10, 100.0, 110.0, "talk")
    return Truth("s", SECONDS, (event,), (("talk", 0.0, SECONDS),), ()), episodes


def heard(at_s, stated=None, sound=0.5):
    return Episode(at_s, sound, {} if stated is None else {"context": stated})


INSIDE, OUTSIDE = 105.0, 300.0


def test_what_makes_no_difference_should_have_stated_even_odds():
    scenes = [
        scene(heard(INSIDE, 0.8), heard(OUTSIDE, 0.8), heard(INSIDE), heard(OUTSIDE))
        for _ in range(20)
    ]
    told = reliability(scenes, "context")
    assert (told["open"], told["spoke"], told["stated"]) == (80, 40, 0.8)
    assert told["observed"] == pytest.approx(0.5, abs=0.01)
    assert told["ci95"][0] <= told["observed"] <= told["ci95"][1]


def test_what_tells_distress_is_observed_to():
    scenes = [
        scene(*[heard(INSIDE, 0.7)] * 2, heard(OUTSIDE, 0.7), heard(INSIDE), heard(OUTSIDE))
        for _ in range(30)
    ]
    told = reliability(scenes, "context")
    assert told["observed"] == pytest.approx(2 / 3, abs=0.01)


def test_sounds_that_leave_nothing_open_are_left_out():
    told = reliability(
        [scene(heard(INSIDE, 0.9, sound=0.97), heard(OUTSIDE, sound=0.1))], "context"
    )
    assert (told["open"], told["spoke"], told["stated"]) == (0, 0, None)
    assert told["observed"] is None


def test_saying_only_which_scenes_have_events_is_seen_through():
    eventful = [scene(heard(INSIDE, 0.9), heard(OUTSIDE, 0.9)) for _ in range(20)]
    quiet = [(replace(truth, events=()), (heard(INSIDE),)) for truth, _ in eventful]
    told = reliability(eventful + quiet, "context")
    assert told["observed"] > 0.9
    assert told["observed_among_events"] == pytest.approx(0.5, abs=0.02)
