"""Operating points are matched as they say, on scenes whose alerts are made up."""

import pytest

from models.evaluation.scenes.alerts import Alert
from models.evaluation.scenes.mixing import Event, Truth
from models.evaluation.spoken.figures import ALL, SOUND, THRESHOLDS, HeardWords, figures

SECONDS = 600.0


def alert(at_s, *, stands=True):
    return Alert("scream", at_s, at_s, at_s + 3.0, at_s + 1.0, infant=False, stands=stands)


def scene(number, fused_false, **others):
    """Twenty seconds apart: an event that everybody finds, and four false alarms by sound."""
    event = Event("scream", "x", "g", 10, 100.0, 102.0, "talk")
    truth = Truth(f"s{number}", SECONDS, (event,), (("talk", 0.0, SECONDS),), ())
    found, false = alert(101.0), [alert(200.0 + 20.0 * i) for i in range(4)]
    return HeardWords(
        truth,
        (),
        {
            SOUND: dict.fromkeys(THRESHOLDS, (found, *false)),
            ALL: dict.fromkeys(THRESHOLDS, (found, *fused_false)),
            **{name: dict.fromkeys(THRESHOLDS, alerts) for name, alerts in others.items()},
        },
        transcripts=3,
    )


def test_fewer_false_alarms_at_equal_recall_are_told_with_their_interval():
    told = figures([scene(i, [alert(200.0)]) for i in range(10)], 0.7)
    hours = 10 * (SECONDS - 8.0) / 3600
    assert told["audio"]["recall"] == told["fused"]["recall"] == 1.0
    assert told["audio"]["false_alarms"] == 40
    assert told["audio"]["threshold"] == 0.7
    assert told["audio"]["false_alarms_per_hour"] == pytest.approx(40 / hours, abs=1e-3)
    assert told["fused"]["false_alarms_per_hour"] == pytest.approx(10 / hours, abs=1e-3)
    low, high = told["fused"]["difference_ci95"]
    assert low <= high < 0.0
    assert told["believed_transcripts"] == 30


def test_alerts_that_words_have_lowered_count_by_their_highest_level_only():
    lowered = [alert(200.0 + 20.0 * i, stands=False) for i in range(4)]
    views = figures([scene(i, lowered) for i in range(10)], 0.7)["ablation"]
    assert views["settled"]["arms"][ALL]["false_alarms_per_hour"] == 0.0
    highest = views["highest"]
    assert (
        highest["arms"][ALL]["false_alarms_per_hour"] == highest["audio"]["false_alarms_per_hour"]
    )


def test_every_arm_is_reported_under_its_name():
    others = {f"{ALL}, context 40": (alert(101.0),), f"{ALL}, history 5": (alert(300.0),)}
    views = figures([scene(i, [], **others) for i in range(10)], 0.7)["ablation"]
    for view in views.values():
        assert list(view["arms"]) == [ALL, *others]
        assert view["arms"][f"{ALL}, context 40"]["finds_as_much"]
        assert not view["arms"][f"{ALL}, history 5"]["finds_as_much"]


def test_too_few_false_alarms_compare_nothing():
    with pytest.raises(ValueError, match="too few"):
        figures([scene(0, [])], 0.7)
