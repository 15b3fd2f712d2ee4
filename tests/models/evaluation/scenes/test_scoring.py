"""What counts as found and what as a false alarm, on alerts made by hand."""

import pytest

from models.evaluation.scenes.alerts import Alert, Heard
from models.evaluation.scenes.figures import figures
from models.evaluation.scenes.mixing import Event, Sounding, Truth
from models.evaluation.scenes.scoring import score


def event(onset_s, offset_s, snr_db=10, kind="scream", group="g1"):
    return Event(kind, f"{group}.flac", group, snr_db, onset_s, offset_s, "talk")


def truth(*events):
    return Truth(
        "one", 600.0, events, (("talk", 0.0, 300.0), ("music", 300.0, 600.0)),
        (Sounding("music", "song.flac", 300.0, 330.0), Sounding("talk", "talk.flac", 0.0, 299.0)),
    )  # fmt: skip


def alert(raised_s, warned_s=None, cleared_s=None, kind="scream", heard_s=None, infant=False):
    return Alert(kind, raised_s, warned_s, cleared_s, heard_s, infant)


@pytest.mark.parametrize(
    ("raised_s", "warned_s", "found", "false"),
    [
        (100.5, 100.5, True, 0),
        (100.2, 103.9, True, 0),  # offset + 2 s
        (99.9, 99.9, False, 1),  # before the onset
        (99.9, 100.5, False, 0),  # open before: neither found nor false
        (104.1, 104.1, False, 1),  # too late
        (103.0, 104.1, False, 1),  # an advisory in time, a warning too late
        (100.5, None, False, 0),  # an advisory only
        (100.0, 100.0, True, 0),
        (104.0, 104.0, True, 0),
    ],
)
def test_an_alert_finds_an_event_only_between_onset_and_offset_and_two_seconds(
    raised_s, warned_s, found, false
):
    done = score(truth(event(100.0, 102.0)), [alert(raised_s, warned_s)])
    assert done.outcomes[0].found is found
    assert len(done.false_alarms) == false


def test_advisories_are_told_beside_and_infants_apart():
    done = score(
        truth(event(100.0, 102.0)),
        [alert(50.0), alert(101.0), alert(60.0, 60.0, kind="infant_crying", infant=True)],
    )
    assert [stray.at_s for stray in done.advisories] == [50.0]
    assert done.false_alarms == ()
    assert [stray.at_s for stray in done.infants] == [60.0]
    assert done.outcomes[0].advised_after_s == 1.0
    assert not done.outcomes[0].found


def test_the_first_warning_is_the_delay_and_its_end_the_clearing():
    done = score(
        truth(event(100.0, 102.0)),
        [alert(100.9, 101.2, 109.0, heard_s=105.5), alert(101.5, 101.5, 103.0)],
    )
    (outcome,) = done.outcomes
    assert outcome.after_s == pytest.approx(1.2)
    assert outcome.advised_after_s == pytest.approx(0.9)
    assert outcome.cleared_after_s == pytest.approx(7.0)
    assert done.clear_s == (3.5,)


def test_a_false_alarm_is_told_with_what_was_to_be_heard():
    (stray,) = score(truth(), [alert(310.0, 310.0)]).false_alarms
    assert (stray.background, stray.files) == ("music", ("song.flac",))


def test_negative_time_is_all_that_is_no_events():
    done = score(truth(event(100.0, 102.0), event(299.0, 301.0)), [])
    assert done.negative_s == {"talk": pytest.approx(300 - 4 - 1), "music": pytest.approx(300 - 3)}


def test_the_figures_have_the_keys_and_add_up():
    events = [event(100.0, 102.0, 20), event(150.0, 152.0, 10), event(200.0, 202.0, 10, group="g2")]
    alerts = (alert(100.4, 100.4, 104.0, heard_s=101.0), alert(200.6, 200.6), alert(400.0, 400.0))
    quiet = Truth("two", 600.0, (), (("silence", 0.0, 600.0),), ())
    heard = [
        Heard(truth(*events), alerts, {0.5: (*alerts, alert(500.0, 500.0)), 0.9: ()}),
        Heard(quiet, (), {0.5: (), 0.9: ()}),
    ]
    told = figures(heard)
    hours = (1200 - 12) / 3600
    assert told["negative_hours"] == round(hours, 3)
    assert told["false_alarms"] == 1
    assert told["false_alarms_per_hour"] == round(1 / hours, 3)
    low, high = told["false_alarms_ci95"]
    assert low == pytest.approx(0.0253 / hours, abs=1e-3)  # exact Poisson of one event
    assert high == pytest.approx(5.5716 / hours, abs=1e-3)
    assert told["events"] == 3
    assert told["recall"] == {"20": 1.0, "10": 0.5, "5": None, "0": None}
    assert told["recall_ci95"]["10"] == [0.0, 1.0]
    assert told["onset_to_alert_ms"] == {"p50": 500, "p95": 590}
    assert told["curve"] == [[0.5, round(2 / hours, 3), 0.6667], [0.9, 0.0, 0.0]]
    assert told["quiet"]["threshold"] == 0.9
    assert told["quiet"]["recall"] == {"20": 0.0, "10": 0.0, "5": None, "0": None}
    assert told["by_kind"]["events"]["scream"]["recall"]["10"] == 0.5
    assert told["by_kind"]["background"]["music"]["false_alarms"] == 1
    assert told["by_kind"]["background"]["silence"]["hours"] == round(600 / 3600, 3)
    assert [missed["onset_s"] for missed in told["detail"]["missed"]] == [150.0]
    assert told["clearing"]["after_evidence_s"]["max"] == 3.0


def test_no_threshold_may_be_quiet_enough():
    heard = [Heard(truth(), (), {0.5: (alert(400.0, 400.0),), 0.9: (alert(400.0, 400.0),)})]
    assert figures(heard)["quiet"] is None
