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
    assert told["open"] == 80
    assert (told["for"]["spoke"], told["for"]["stated"]) == (40, 0.8)
    assert told["for"]["observed"] == pytest.approx(0.5, abs=0.01)
    assert told["for"]["ci95"][0] <= told["for"]["observed"] <= told["for"]["ci95"][1]
    assert told["against"] == dict.fromkeys(told["for"], None) | {"spoke": 0}


@pytest.mark.parametrize(("right", "observed"), [(True, 0.8), (False, 0.2)])
def test_who_is_right_is_told_from_who_says_the_contrary(right, observed):
    for_it, against = (0.8, 0.2) if right else (0.2, 0.8)
    once = [heard(INSIDE, for_it)] * 4 + [heard(OUTSIDE, for_it)]
    contrary = [heard(OUTSIDE, against)] * 4 + [heard(INSIDE, against)]
    told = reliability(
        [scene(*once, *contrary, heard(INSIDE), heard(OUTSIDE)) for _ in range(30)], "context"
    )
    assert told["for"]["observed"] == pytest.approx(observed, abs=0.01)
    assert told["against"]["observed"] == pytest.approx(1.0 - observed, abs=0.01)


def test_sounds_that_leave_nothing_open_are_left_out():
    found = scene(heard(INSIDE, 0.9, sound=0.97), heard(OUTSIDE, sound=0.1))
    told = reliability([found], "context")
    assert (told["open"], told["for"]["spoke"], told["for"]["stated"]) == (0, 0, None)
    assert told["for"]["observed"] is None


def test_saying_only_which_scenes_have_events_is_seen_through():
    eventful = [scene(heard(INSIDE, 0.9), heard(OUTSIDE, 0.9)) for _ in range(20)]
    quiet = [(replace(truth, events=()), (heard(INSIDE),)) for truth, _ in eventful]
    told = reliability(eventful + quiet, "context")["for"]
    assert told["observed"] > 0.9
    assert told["observed_among_events"] == pytest.approx(0.5, abs=0.02)
