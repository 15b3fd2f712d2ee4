import math
import tomllib
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.acoustic.opinion import FRESH, Opinion
from daemon.config.schema import Fusion
from daemon.fusion.fuser import Fuser
from daemon.fusion.reading import Reading

SETTINGS = Path(__file__).with_name("settings.toml")
CONFIG = Fusion.model_validate(tomllib.loads(SETTINGS.read_text()))

S = 16_000


def new_fuser(config=None):
    ids = count()
    return Fuser(config or CONFIG, lambda: str(next(ids)))


def hear(fuser, hops):
    return [judgement.decision for h in hops for judgement in fuser.hear(h)]


def stretch(hop, seconds, start=0, **says):
    return [hop(start + i * 160, **says) for i in range(1, round(seconds * 100) + 1)]


def test_a_scream_from_sound_alone(hop):
    fuser = new_fuser()
    judgements = [j for h in stretch(hop, 1, distress=0.92, scream=0.8) for j in fuser.hear(h)]
    (judgement,) = judgements
    assert judgement.decision.kind == "scream"
    assert judgement.decision.level == "critical"
    assert judgement.decision.score == pytest.approx(0.92)
    assert judgement.fused.evidence["audio"].weight == 1.0
    assert judgement.evidence.sample == 3_200
    assert fuser.score == pytest.approx(0.92)


def test_an_infant_has_its_own_track(hop):
    fuser = new_fuser()
    decisions = hear(fuser, stretch(hop, 1, distress=0.92, infant=0.7, fearful=0.6))
    assert [(d.phase, d.kind, d.level) for d in decisions] == [
        ("raised", "fear", "critical"),
        ("raised", "infant_crying", "warning"),
    ]
    assert {d.alert for d in decisions} == {"0", "1"}
    assert fuser.infant_score == pytest.approx(0.7)


def test_words_say_nothing_of_an_infant(hop):
    fuser = new_fuser()
    fuser.read(Reading(0.0001, 0, trustworthy=True))
    (decision,) = hear(fuser, stretch(hop, 1, infant=0.7))
    assert (decision.kind, decision.score) == ("infant_crying", pytest.approx(0.7))


def test_sound_is_alone_until_words_or_what_is_around_it_speak(hop):
    fuser = new_fuser()
    fuser.hear(hop(160, distress=0.9))
    assert fuser.alone
    fuser.read(Reading(0.2, 160, trustworthy=True))
    assert not fuser.alone, "at once, not with the next hop"
    fresh = round(CONFIG.fresh_s["text"] * S)
    fuser.hear(hop(160 + fresh, distress=0.1))
    assert not fuser.alone
    fuser.hear(hop(320 + fresh, distress=0.1))
    assert fuser.alone
    for sample in (400 + fresh, 480 + fresh):  # a call, and the newest, which is text's own
        fuser.read(Reading(0.9, sample))
    fuser.hear(hop(480 + 2 * fresh + 2 * S, distress=0.1))
    assert not fuser.alone, "somebody called before"


def test_words_lift_no_sound_that_is_clearly_none(hop):
    fuser = new_fuser()
    fuser.read(Reading(0.99, 0, trustworthy=True))
    fuser.hear(hop(160, distress=0.2))
    assert fuser.score == pytest.approx(0.2)
    fuser.hear(hop(320, distress=0.3))
    assert fuser.score > 0.9


def test_text_fades(hop):
    fuser = new_fuser(Fusion(fresh_s={"audio": 1.0, "text": 0.5, "context": 1.0, "history": 1.0}))
    fuser.read(Reading(0.8, 0))
    scores = []
    for sample in (0, 4_000, 8_000, 8_160):
        fuser.hear(hop(sample + 160, distress=0.5))
        scores.append(fuser.score)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.7
    assert scores[-1] == pytest.approx(0.5)


def test_older_text_does_not_replace_newer(hop):
    fuser = new_fuser()
    fuser.read(Reading(0.9, 1_600))
    fuser.read(Reading(0.1, 160, trustworthy=True))
    fuser.hear(hop(3_200, distress=0.5))
    assert fuser.score > 0.5


def test_calm_words_say_nothing_of_a_scream_after_them(hop):
    fuser = new_fuser()
    fuser.read(Reading(0.01, S, trustworthy=True))
    hops = stretch(hop, 2, distress=0.01) + stretch(hop, 1, 2 * S, distress=0.92, scream=0.5)
    (raised,) = hear(fuser, hops)
    assert (raised.level, raised.score) == ("critical", pytest.approx(0.92))


@pytest.mark.parametrize(
    ("voice", "level"), [(0.5, "advisory"), (0.8, "advisory"), (0.97, "critical")]
)
def test_calm_words_lower_the_voices_after_them_by_one_level_at_most(hop, voice, level):
    fuser = new_fuser()
    for second in range(1, 4):
        fuser.read(Reading(0.001, second * S, trustworthy=True))
    hops = stretch(hop, 3, distress=0.01) + stretch(hop, 1, 3 * S, distress=voice)
    decisions = hear(fuser, hops)
    assert decisions[-1].level == level


def test_words_are_weighed_beside_the_sound_in_which_they_were_said(hop):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 1, distress=0.5) + stretch(hop, 1, S, distress=0.01))
    words = Reading(0.8, S, transcript="let go of me", since=0, sound=0.5, category="threat")
    (judgement,) = fuser.read(words)
    assert judgement.decision.cause == "amended"
    assert (judgement.decision.before, judgement.decision.level) == ("advisory", "warning")
    assert judgement.decision.score == pytest.approx(0.74, abs=0.01)
    assert judgement.said is words
    assert set(judgement.fused.evidence) == {"audio", "text"}


def test_words_of_distress_beside_a_sound_that_was_in_doubt_raise_an_alert(hop):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 1, distress=0.35) + stretch(hop, 1, S, distress=0.05))
    words = Reading(0.95, S, since=0, sound=0.35, transcript="he is going to kill me")
    (raised,) = fuser.read(words)
    assert (raised.decision.phase, raised.decision.cause) == ("raised", "text")
    assert raised.decision.level == "advisory", "neither the sound nor the transcription is sure"
    assert raised.decision.onset == 0
    assert raised.said is words
    later = hear(fuser, stretch(hop, 5, 2 * S, distress=0.05))
    assert [d.phase for d in later if d.cause != "score"] == ["cleared"]


def test_they_raise_more_where_the_transcription_is_trustworthy(hop):
    for trustworthy, level in ((False, "advisory"), (True, "warning")):
        fuser = new_fuser()
        hear(fuser, stretch(hop, 1, distress=0.35))
        words = Reading(0.9, S, since=0, sound=0.35, trustworthy=trustworthy)
        (raised,) = fuser.read(words)
        assert raised.decision.level == level


def test_words_of_distress_that_come_too_late_or_in_a_pause_raise_nothing(hop):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 30, distress=0.05))
    assert fuser.read(Reading(0.99, S, since=0, sound=0.6)) == []
    paused = new_fuser()
    paused.pause()
    hear(paused, stretch(hop, 1, distress=0.5))
    assert paused.read(Reading(0.99, S, since=0, sound=0.6)) == []


def test_words_do_not_keep_an_alert_open_in_which_nothing_is_heard(hop):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 1, distress=0.8))
    fuser.read(Reading(0.99, S, since=0, sound=0.8))
    decisions = hear(fuser, stretch(hop, 4, S, distress=0.2))
    assert [d.phase for d in decisions if d.cause != "score"] == ["cleared"]


@pytest.mark.parametrize(("sound", "level"), [(0.8, "advisory"), (0.97, "warning")])
def test_calm_words_lower_one_level_and_never_overwhelming_sound(hop, sound, level):
    fuser = new_fuser()
    raised = hear(fuser, stretch(hop, 1, distress=sound))[0]
    assert raised.level == ("critical" if sound > 0.95 else "warning")
    for _ in range(3):
        calm = Reading(0.01, S, trustworthy=True, since=0, sound=sound)
        (judgement,) = fuser.read(calm)
    assert judgement.decision.level == level


def test_calm_words_of_which_the_transcription_is_unsure_say_nothing(hop):
    fuser = new_fuser()
    (raised,) = hear(fuser, stretch(hop, 1, distress=0.8))
    unsure = Reading(0.01, S, since=0, sound=0.8, transcript="I'm good.")
    assert fuser.read(unsure) == []
    later = hear(fuser, stretch(hop, 1, S, distress=0.8))
    assert all(d.level == raised.level for d in later)
    assert fuser.score == pytest.approx(0.8)


def test_calm_words_after_a_scream_say_nothing_of_it(hop):
    fuser = new_fuser()
    (raised,) = hear(fuser, stretch(hop, 1, distress=0.8, scream=0.5))
    assert raised.level == "warning"
    hear(fuser, stretch(hop, 2, S, distress=0.4, scream=0.5))
    calm = Reading(0.01, 3 * S, trustworthy=True, since=2 * S, sound=0.3, transcript="sunny")
    assert fuser.read(calm) == []
    worse = [j for h in stretch(hop, 1, 3 * S, distress=0.93, scream=0.5) for j in fuser.hear(h)]
    assert (worse[-1].decision.level, worse[-1].said) == ("critical", None)


def test_calm_words_lower_an_alert_that_rose_while_they_were_said(hop):
    fuser = new_fuser()
    (raised,) = hear(fuser, stretch(hop, 2, distress=0.5))
    assert raised.level == "advisory"
    risen = hear(fuser, stretch(hop, 1, 2 * S, distress=0.8))
    assert risen[-1].level == "warning"
    calm = Reading(0.05, 3 * S, trustworthy=True, since=2 * S, sound=0.8)
    (judgement,) = fuser.read(calm)
    assert judgement.decision.level == "advisory"


def test_older_words_are_not_weighed_after_newer_ones(hop):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 3, distress=0.8))
    assert fuser.read(Reading(0.9, 2 * S))
    assert not fuser.read(Reading(0.1, S, trustworthy=True))


def test_words_from_before_the_alert_are_not_its_transcript(hop):
    fuser = new_fuser()
    fuser.read(Reading(0.5, S, transcript="pass the salt"))
    hops = stretch(hop, 2, distress=0.01) + stretch(hop, 1, 2 * S, distress=0.92)
    (judgement,) = [j for h in hops for j in fuser.hear(h)]
    assert judgement.decision.phase == "raised"
    assert judgement.said is None


def test_pause_clears_and_raises_nothing_until_resumed(hop):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 1, distress=0.92, infant=0.7))
    cleared = fuser.pause()
    assert [(j.decision.phase, j.decision.reason) for j in cleared] == [("cleared", "paused")] * 2
    assert hear(fuser, stretch(hop, 5, S, distress=0.97)) == []
    assert fuser.score == pytest.approx(0.97)  # telemetry goes on
    fuser.resume()
    raised = hear(fuser, stretch(hop, 1, 6 * S, distress=0.92))
    assert [(d.phase, d.sample) for d in raised] == [("raised", 6 * S + 3_200)]


def test_words_that_come_after_the_source_was_lost_leave_no_alert_open(hop):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 1, distress=0.3))
    fuser.close("source_lost")
    told = fuser.read(Reading(0.99, S, since=0, sound=0.6))
    assert [(j.decision.phase, j.decision.reason) for j in told] == [
        ("raised", None),
        ("cleared", "source_lost"),
    ]
    assert [d.phase for d in hear(fuser, stretch(hop, 1, S, distress=0.92))] == ["raised"]
    assert [j.decision.phase for j in fuser.read(Reading(0.99, 2 * S))] == ["updated"]


@pytest.mark.parametrize("reason", ["ended", "stopped", "source_lost"])
def test_close_gives_its_reason_and_goes_on(hop, reason):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 1, distress=0.92))
    (judgement,) = fuser.close(reason)
    assert judgement.decision.reason == reason
    assert fuser.close(reason) == []
    assert [d.phase for d in hear(fuser, stretch(hop, 1, S, distress=0.92))] == ["raised"]


def test_amend_finds_the_alert_by_id(hop):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 1, distress=0.92, infant=0.7))
    assert fuser.amend("nobody", "advisory") == []
    (judgement,) = fuser.amend("1", "advisory")
    assert (judgement.decision.kind, judgement.decision.level) == ("infant_crying", "advisory")


def test_late_hops_are_counted_and_left_out(hop):
    fuser = new_fuser()
    fuser.hear(hop(32_000, distress=0.1))
    assert fuser.hear(hop(32_000, distress=0.9)) == []
    assert fuser.hear(hop(31_840, distress=0.9)) == []
    assert fuser.late == 2
    assert fuser.score == pytest.approx(0.1)


def test_a_stream_that_begins_anew_is_heard(hop):
    fuser = new_fuser()
    hear(fuser, stretch(hop, 1, 100 * S, distress=0.92))
    decisions = hear(fuser, stretch(hop, 1, distress=0.92))
    assert [(d.phase, d.reason) for d in decisions] == [
        ("cleared", "source_lost"),
        ("raised", None),
    ]
    assert fuser.late == 0


@pytest.mark.parametrize("field", ["distress", "infant"])
def test_a_broken_probability_is_not_swallowed(hop, field):
    with pytest.raises(ValueError, match="nan"):
        new_fuser().hear(hop(160, **{field: math.nan}))


levels = st.sampled_from([0.01, 0.3, 0.5, 0.7, 0.93, 0.97])


@given(st.lists(st.tuples(levels, levels, st.integers(1, 300)), max_size=10), st.data())
@settings(max_examples=40, deadline=None)
def test_one_open_alert_on_each_track_and_every_one_cleared_once(hop, sound, data):
    fuser, hops, at = new_fuser(), [], 0
    for distress, infant, length in sound:
        hops += stretch(hop, length / 100, at, distress=distress, infant=infant)
        at += length * 160
    pauses = data.draw(st.sets(st.integers(0, max(0, len(hops) - 1)), max_size=4))
    decisions = []
    for index, h in enumerate(hops):
        if index in pauses:
            if fuser.paused:
                fuser.resume()
            else:
                decisions += [j.decision for j in fuser.pause()]
        decisions += hear(fuser, [h])
    decisions += [j.decision for j in fuser.close("ended")]
    open_by_track: dict[bool, str] = {}
    ended = set()
    for d in decisions:
        track = d.kind == "infant_crying"
        if d.phase == "raised":
            assert track not in open_by_track
            assert d.alert not in ended
            open_by_track[track] = d.alert
        else:
            assert open_by_track[track] == d.alert
        if d.phase == "cleared":
            ended.add(open_by_track.pop(track))
    assert not open_by_track


def agree(fuser, evidence, sample=0):
    """Two opinions in a row."""
    fuser.opine(Opinion(sample - 4_800, evidence))
    fuser.opine(Opinion(sample, evidence))


def test_one_opinion_for_distress_is_not_enough(hop):
    fuser = new_fuser()
    fuser.opine(Opinion(0, 2.0))
    assert hear(fuser, stretch(hop, 0.2, distress=0.3)) == []
    assert fuser.score == pytest.approx(0.3)
    fuser.opine(Opinion(4_800, 1.0))
    hear(fuser, [hop(4_960, distress=0.3)])
    assert fuser.score == pytest.approx(1 / (1 + math.exp(-math.log(0.3 / 0.7) - 1.0)))
    fuser.opine(Opinion(40_000, 2.0))  # the one before is forgotten by then
    hear(fuser, [hop(40_160, distress=0.3)])
    assert fuser.score == pytest.approx(0.3)


def test_a_second_ear_that_hears_distress_raises_what_the_first_suspects(hop):
    alone, both = new_fuser(), new_fuser()
    assert hear(alone, stretch(hop, 1, distress=0.3)) == []
    agree(both, 2.0)
    (decision, *_) = hear(both, stretch(hop, 0.5, distress=0.3))
    assert decision.phase == "raised"
    assert both.score == pytest.approx(1 / (1 + math.exp(-math.log(0.3 / 0.7) - 2.0)))


@pytest.mark.parametrize("distress", [0.3, 0.66, 0.92])
def test_a_second_ear_lowers_nothing(hop, distress):
    alone, both = new_fuser(), new_fuser()
    agree(both, -5.0)
    sound = stretch(hop, 0.5, distress=distress)
    assert hear(both, sound) == hear(alone, sound)


def test_an_opinion_counts_for_a_moment_only(hop):
    fuser = new_fuser()
    agree(fuser, 2.0)
    hear(fuser, [hop(FRESH, distress=0.3)])
    assert fuser.score > 0.7
    assert not fuser.alone
    hear(fuser, [hop(FRESH + 160, distress=0.3)])
    assert fuser.score == pytest.approx(0.3)
    assert fuser.alone


def test_an_opinion_that_came_late_does_not_replace_a_newer_one(hop):
    fuser = new_fuser()
    agree(fuser, 1.0, 320)
    fuser.opine(Opinion(160, -1.0))
    hear(fuser, [hop(480, distress=0.5)])
    assert fuser.score > 0.7


def test_an_opinion_says_nothing_of_an_infant(hop):
    fuser = new_fuser()
    agree(fuser, 3.0)
    hear(fuser, [hop(160, infant=0.3)])
    assert fuser.infant_score == pytest.approx(0.3)


@pytest.mark.parametrize("evidence", [math.nan, math.inf])
def test_an_opinion_that_is_no_number_is_refused(evidence):
    with pytest.raises(ValueError, match="opinion"):
        Opinion(0, evidence)
