"""What was heard once is decided upon again: with words and without them, by fusion itself."""

import pickle
from dataclasses import replace

import pytest

from daemon.acoustic.evidence import AcousticEvidence
from daemon.config.load import load_config
from daemon.config.schema import Fusion
from daemon.fusion.history import History, Remark
from daemon.fusion.reading import Reading
from daemon.rehearsal_words import (
    ARMS,
    WEIGHTS,
    Listened,
    alerts_of,
    decide,
    episodes,
    fingerprint,
    hallucinated,
    rehearse_words,
    remarks_on,
)
from models.evaluation.scenes.mixing import Truth
from models.evaluation.scenes.script import Scene
from models.evaluation.spoken.figures import ALL, SOUND
from models.features.constants import SAMPLE_RATE

FUSION = load_config(None).fusion
SECONDS = 30.0
LOUD_S = (10.0, 16.0)


def evidence(loud, otherwise=0.01, seconds=SECONDS):
    """One every 50 ms; ``loud`` is the probability by sound within LOUD_S."""

    def one(at_s):
        distress = loud if LOUD_S[0] <= at_s < LOUD_S[1] else otherwise
        return AcousticEvidence(
            int(at_s * SAMPLE_RATE), gate=True, level_db=-40.0, floor_db=-60.0, distress=distress,
            infant=0.0, posterior=None, events=None, capture_ms=0.0, ring_ns=0, hop_ns=0,
        )  # fmt: skip

    return tuple(one(step / 20) for step in range(1, int(seconds * 20)))


def said(probability, start_s, end_s, sound):
    reading = Reading(
        probability,
        int(end_s * SAMPLE_RATE),
        trustworthy=True,
        since=int(start_s * SAMPLE_RATE),
        sound=sound,
    )
    return (int((end_s + 1.0) * SAMPLE_RATE), reading)


def raised(heard, arm, history=None):
    return alerts_of(heard, decide(heard, FUSION, ARMS[arm], history), FUSION.release)


def test_words_raise_the_level_of_an_alert_that_sound_has_raised():
    heard = Listened(evidence(0.66), (said(0.99, 10.0, 12.0, 0.66),), ("help me",))
    (alone,), (together,) = raised(heard, SOUND), raised(heard, ALL)
    assert alone.warned_s is None
    assert together.warned_s == pytest.approx(13.0, abs=0.2)


def test_calm_words_lower_it_and_its_highest_level_stays_known():
    heard = Listened(evidence(0.75), (said(0.01, 9.0, 12.0, 0.75),), ("good morning",))
    (alone,), (together,) = raised(heard, SOUND), raised(heard, ALL)
    assert alone.stands
    assert together.warned_s is not None
    assert not together.stands


def test_a_modality_that_takes_no_part_changes_nothing():
    heard = Listened(evidence(0.66), (said(0.99, 10.0, 12.0, 0.66),), ("help me",))
    without_words = Listened(heard.evidence, (), ())
    for arm in ("audio", "audio+context", "audio+history"):
        assert raised(heard, arm) == raised(without_words, arm)


def test_invented_words_in_silence_raise_nothing():
    quiet = Listened(evidence(0.01), (said(0.99, 10.0, 12.0, 0.01),), ("help me",))
    assert hallucinated(quiet, FUSION) == 0


def test_an_alert_that_words_made_is_told_from_sounds_own():
    by_sound = Listened(evidence(0.8), (said(0.99, 10.0, 12.0, 0.8),), ("help me",))
    assert hallucinated(by_sound, FUSION) == 0
    lifted = Listened(evidence(0.66), (said(0.99, 10.0, 12.0, 0.66),), ("help me",))
    assert hallucinated(lifted, FUSION) == 1


def test_false_alarms_are_remarked_upon_and_history_lowers_them():
    heard = Listened(evidence(0.72), (), ())
    truth = Truth("t", SECONDS, (), (("talk", 0.0, SECONDS),), ())
    remarks = remarks_on(truth, heard, FUSION)
    assert [remark.false for remark in remarks] == [True]
    often = History(
        [Remark(f"a{i}", remarks[0].kind, remarks[0].sound, false=True) for i in range(9)]
    )
    (alone,) = raised(heard, SOUND)
    (remembered,) = raised(heard, "audio+history", often)
    assert alone.warned_s is not None
    assert remembered.warned_s is None


def test_each_other_weight_differs_from_the_shipped_ones_in_what_its_name_says():
    shipped = Fusion().weight
    assert len(WEIGHTS) == 6
    for name, weights in WEIGHTS.items():
        modality, hundredths = name.split()
        assert weights == {**shipped, modality: int(hundredths) / 100}
        assert weights != shipped


def test_where_history_weighs_more_what_was_false_before_is_lowered_further():
    heard = Listened(evidence(0.76), (), ())
    truth = Truth("t", SECONDS, (), (("talk", 0.0, SECONDS),), ())
    (remark,) = remarks_on(truth, heard, FUSION)
    often = History([replace(remark, alert=f"a{i}") for i in range(9)])
    highest = {}
    for name in ("history 5", "history 20"):
        fusion = FUSION.model_copy(update={"weight": WEIGHTS[name]})
        decided = decide(heard, fusion, ARMS[ALL], often)
        highest[name] = max(one.decision.score for one in decided)
    assert highest["history 20"] < highest["history 5"]


def test_what_was_said_before_holds_no_alert_open_beside_a_quiet_sound():
    calls = tuple(said(0.99, at_s, at_s + 1.0, 0.2) for at_s in (1.0, 3.0, 5.0, 7.0))
    heard = Listened(evidence(0.97, otherwise=0.2, seconds=60.0), calls, ("help",) * 4)
    cleared = [alert.cleared_s for alert in raised(heard, ALL)]
    assert max(cleared) < 8.0 + FUSION.fresh_s["text"] + FUSION.clear_after_s + 1.0


def test_what_was_heard_is_kept_and_found_again(tmp_path):
    config = load_config(None)
    scene = Scene("kept", (1, 1), SECONDS, -70.0, (), ())
    truth = Truth("kept", SECONDS, (), (("talk", 0.0, SECONDS),), ())
    heard = Listened(evidence(0.75), (said(0.01, 9.0, 12.0, 0.75),), ("good morning",))
    kept = tmp_path / f"{fingerprint(scene, (), config)}.pickle"
    kept.write_bytes(pickle.dumps((truth, (), heard)))
    (found,) = rehearse_words([scene], (), config, None, tmp_path)  # without a lane to hear by
    assert found.transcripts == 1
    assert not found.by_arm["audio+text"][0.7][0].stands
    others = ("text 50", "text 15", "context 40", "context 5", "history 20", "history 5")
    assert list(found.by_arm) == [*ARMS, *(f"{ALL}, {name}" for name in others)]
    louder = config.acoustic.model_copy(update={"sound_events": False})
    other = config.model_copy(update={"acoustic": louder})
    assert fingerprint(scene, (), other) != fingerprint(scene, (), config)


def test_suspicious_sounds_are_told_once_each_with_what_was_said_of_them():
    heard = Listened(evidence(0.6), (said(0.99, 1.0, 2.0, 0.1),), ("help me",))
    (one,) = episodes(heard, FUSION, History())
    assert LOUD_S[0] <= one.at_s < LOUD_S[1]
    assert one.sound == 0.6
    assert one.stated["audio"] == 0.6
    assert one.stated["text"] == 0.99
    assert "history" not in one.stated
    assert episodes(Listened(evidence(0.1), (), ()), FUSION, History()) == ()
