import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.config.schema import Fusion
from daemon.fusion.decision import Moment
from daemon.fusion.kind import Cues, distress_kind
from daemon.fusion.level import RANK
from daemon.fusion.tracker import AlertTrack

SETTINGS = Path(__file__).with_name("settings.toml")

CONFIG = Fusion.model_validate(tomllib.loads(SETTINGS.read_text()))
S = 16_000
SCREAM, SHOUT = Cues(scream=0.5), Cues(shouting=0.5)

runs = st.lists(
    st.tuples(st.sampled_from([0.01, 0.2, 0.3, 0.45, 0.65, 0.92, 0.97]), st.integers(1, 400)),
    min_size=1,
    max_size=14,
).map(lambda pairs: [(score, hops * 10) for score, hops in pairs])


def brief(decisions):
    return [(d.phase, d.level, d.sample * 1000 // S) for d in decisions]


@pytest.mark.parametrize(
    ("sound", "expected"),
    [
        ([(0.39, 5_000)], []),
        ([(0.45, 390)], []),
        ([(0.45, 400)], [("raised", "advisory", 400)]),
        ([(0.65, 190), (0.1, 500)], []),
        ([(0.65, 200)], [("raised", "warning", 200)]),
        ([(0.92, 200)], [("raised", "critical", 200)]),
        # both confirmed at the same hop: the higher
        ([(0.97, 300)], [("raised", "critical", 200)]),
        # grows: at once, not after update_every_s
        ([(0.65, 300), (0.92, 200)], [("raised", "warning", 200), ("updated", "critical", 500)]),
        # a broken voice
        ([(0.92, 100), (0.1, 140), (0.92, 100)], [("raised", "critical", 340)]),
        ([(0.92, 190), (0.1, 150), (0.92, 190)], []),
        # the score moves by .1: at most every second
        (
            [(0.65, 1_000), (0.8, 500)],
            [("raised", "warning", 200), ("updated", "warning", 1_200)],
        ),
        ([(0.65, 1_000), (0.74, 5_000)], [("raised", "warning", 200)]),
        # ends after three quiet seconds, and the level never falls by itself
        (
            [(0.92, 500), (0.1, 3_000)],
            [
                ("raised", "critical", 200),
                ("updated", "critical", 1_200),
                ("cleared", "critical", 3_500),
            ],
        ),
        # between release and advisory it goes on
        ([(0.45, 400), (0.36, 10_000)], [("raised", "advisory", 400)]),
        (
            [(0.3, 1_000), (0.45, 400), (0.36, 10_000), (0.24, 3_000)],
            [
                ("raised", "advisory", 1_400),
                ("updated", "advisory", 11_410),
                ("cleared", "advisory", 14_400),
            ],
        ),
    ],
)
def test_behaviour(decide, moments, sound, expected):
    assert brief(decide(CONFIG, moments(*sound))) == expected


def test_what_a_raise_tells(decide, moments):
    (raised,) = decide(CONFIG, moments((0.1, 1_000), (0.92, 200)))
    assert raised.onset == S
    assert raised.kind == "scream"
    assert raised.score == 0.92
    assert raised.cause == "confirmed"
    assert raised.before is None
    assert raised.reason is None


def test_the_onset_is_the_earliest_evidence(decide, moments):
    raised = decide(CONFIG, moments((0.1, 1_000), (0.45, 300), (0.97, 200)))[0]
    assert raised.onset == S


def test_quiet_reason_and_current_score(decide, moments):
    cleared = decide(CONFIG, moments((0.92, 500), (0.1, 3_000)))[-1]
    assert (cleared.reason, cleared.cause, cleared.score) == ("ended", "quiet", 0.1)


def test_kind_is_that_of_the_strongest_cue_since_the_onset(decide, moments):
    loud = moments((0.92, 100), cues=Cues(shouting=0.8))
    after = moments((0.92, 100), start=loud[-1].sample, cues=Cues(scream=0.5))
    (raised,) = decide(CONFIG, loud + after)
    assert raised.kind == "shouting"


def test_cues_from_before_the_onset_are_forgotten(decide, moments):
    before = moments((0.92, 100), (0.1, 150), cues=Cues(shouting=0.8))
    after = moments((0.92, 200), start=before[-1].sample, cues=SCREAM)
    (raised,) = decide(CONFIG, before + after)
    assert raised.kind == "scream"


def test_kind_stays_as_it_was_raised(decide, moments):
    first = moments((0.92, 200), cues=SCREAM)
    rest = moments((0.65, 3_000), (0.1, 4_000), start=first[-1].sample, cues=SHOUT)
    assert {d.kind for d in decide(CONFIG, first + rest)} == {"scream"}


def test_overwhelming_sound_raises_against_the_other_modalities(decide):
    moments = [Moment(i * 160, 0.2, 0.96, SCREAM) for i in range(1, 1_000)]
    decisions = decide(CONFIG, moments)
    # and it stays open for as long as it is overwhelming, though the fused score is below release
    assert brief(decisions) == [("raised", "critical", 300)]
    assert decisions[0].cause == "overwhelming"
    assert decisions[0].onset == 0


def test_text_alone_is_no_more_than_advisory(decide):
    silent = [Moment(i * 160, 0.95, 0.1, Cues()) for i in range(1, 200)]
    assert brief(decide(CONFIG, silent)) == [("raised", "advisory", 400)]
    trusted = [Moment(m.sample, m.score, m.audio, m.cues, trustworthy=True) for m in silent]
    assert brief(decide(CONFIG, trusted)) == [("raised", "critical", 200)]
    supported = [Moment(m.sample, m.score, 0.4, m.cues) for m in silent]
    assert brief(decide(CONFIG, supported)) == [("raised", "critical", 200)]


@pytest.mark.parametrize(
    ("again", "cues", "raises_ms"),
    [
        (0.65, SCREAM, 3_200 + 10_000),  # same kind, same level: after the cool-down
        (0.45, SCREAM, 3_200 + 10_000),
        (0.92, SCREAM, 3_210 + 190),  # same kind, higher level: at once
        (0.65, SHOUT, 3_210 + 190),  # another kind: at once
    ],
)
def test_cooldown(decide, moments, again, cues, raises_ms):
    first = moments((0.65, 200), (0.1, 3_000), cues=SCREAM)
    second = moments((again, 15_000), start=first[-1].sample, cues=cues)
    decisions = decide(CONFIG, first + second)
    raised = [d.sample * 1000 // S for d in decisions if d.phase == "raised"]
    assert raised == [200, raises_ms]


def test_cooldown_of_one_kind_may_differ(decide, moments):
    config = CONFIG.model_copy(update={"cooldown_by_kind": {"scream": 1.0}})
    decisions = decide(config, moments((0.65, 200), (0.1, 3_000), (0.65, 5_000)))
    assert [d.sample * 1000 // S for d in decisions if d.phase == "raised"] == [200, 4_200]


def test_no_cooldown_keeps_a_second_critical_alert_back_for_long(decide, moments):
    config = CONFIG.model_copy(update={"cooldown_s": 600.0})
    sound = ((0.92, 200), (0.1, 35_000), (0.92, 200), (0.1, 35_000), (0.65, 5_000))
    decisions = decide(config, moments(*sound))
    raised = [(d.level, d.sample * 1000 // S) for d in decisions if d.phase == "raised"]
    assert raised == [("critical", 200), ("critical", 35_400)]


def test_lost_sound_confirms_nothing_and_is_not_quiet(decide, moments):
    assert decide(CONFIG, moments((0.92, 190)) + moments((0.92, 190), start=10 * S)) == []
    first = moments((0.92, 300), (0.1, 100))
    gap = moments((0.1, 2_500), start=60 * S)
    assert [d.phase for d in decide(CONFIG, first + gap)] == ["raised", "updated"]
    longer = moments((0.1, 2_900), start=60 * S)
    assert decide(CONFIG, first + longer)[-1].phase == "cleared"


def test_close_clears_with_its_reason_and_without_cooldown(decide, moments):
    track = AlertTrack(CONFIG, distress_kind)
    assert track.close("paused") is None
    (raised,) = decide(CONFIG, moments((0.92, 200)), track)
    cleared = track.close("paused")
    assert cleared is not None
    assert (cleared.alert, cleared.phase, cleared.reason) == (raised.alert, "cleared", "paused")
    assert track.open_alert is None
    # holds start again: what was heard before confirms nothing
    again = decide(CONFIG, moments((0.92, 300), start=raised.sample), track)
    assert brief(again) == [("raised", "critical", 400)]


class TestAmend:
    def open(self, decide, moments, score, ms=400):
        track = AlertTrack(CONFIG, distress_kind)
        sound = moments((score, ms))
        decide(CONFIG, sound, track)
        assert track.open_alert is not None
        return track, sound[-1].sample

    def test_lowers_by_one_level_however_often(self, decide, moments):
        track, _ = self.open(decide, moments, 0.92)
        lowered = track.amend("advisory")
        assert lowered is not None
        assert (lowered.phase, lowered.cause) == ("updated", "amended")
        assert (lowered.before, lowered.level) == ("critical", "warning")
        assert track.amend("advisory") is None
        assert track.amend("warning") is None

    def test_lowered_stays_until_the_sound_comes_again(self, decide, moments):
        track, at = self.open(decide, moments, 0.92)
        track.amend("warning")
        same = decide(CONFIG, moments((0.92, 5_000), start=at), track)
        assert same == []
        at += 5 * S
        anew = decide(CONFIG, moments((0.1, 160), (0.92, 200), start=at), track)
        assert anew[-1].level == "critical"

    def test_a_single_weak_hop_is_not_a_new_sound(self, decide, moments):
        track, at = self.open(decide, moments, 0.92)
        track.amend("warning")
        sound = moments((0.92, 500), (0.1, 100), (0.92, 2_000), start=at)
        assert {d.level for d in decide(CONFIG, sound, track)} <= {"warning"}

    def test_overwhelming_sound_is_never_below_warning(self, decide, moments):
        track, _ = self.open(decide, moments, 0.97)
        assert track.amend("advisory").level == "warning"

    def test_sound_that_becomes_overwhelming_overrules_the_word(self, decide, moments):
        track, at = self.open(decide, moments, 0.92)
        track.amend("warning")
        (raised,) = decide(CONFIG, moments((0.97, 300), start=at), track)
        assert (raised.level, raised.cause) == ("critical", "overwhelming")

    def test_raises_where_sound_spoke_too(self, decide, moments):
        track, _ = self.open(decide, moments, 0.45)
        assert track.amend("critical").level == "critical"
        assert track.amend("advisory").level == "warning"

    def test_raises_where_sound_spoke_later(self, decide):
        track = AlertTrack(CONFIG, distress_kind)
        silent = [Moment(i * 160, 0.95, 0.1, Cues()) for i in range(1, 100)]
        decide(CONFIG, [*silent, Moment(100 * 160, 0.5, 0.5, Cues())], track)
        assert track.amend("warning").level == "warning"

    def test_raises_without_sound_only_if_trustworthy(self, decide):
        track = AlertTrack(CONFIG, distress_kind)
        silent = [Moment(i * 160, 0.95, 0.1, Cues()) for i in range(1, 100)]
        decide(CONFIG, silent, track)
        assert track.amend("warning") is None
        assert track.amend("warning", trustworthy=True).level == "warning"

    def test_nothing_open_nothing_amended(self):
        assert AlertTrack(CONFIG, distress_kind).amend("advisory") is None


@given(runs)
@settings(max_examples=60, deadline=None)
def test_every_alert_is_raised_updated_and_cleared_in_order(decide, moments, sound):
    track = AlertTrack(CONFIG, distress_kind)
    decisions = decide(CONFIG, moments(*sound), track)
    decisions += [d for d in [track.close("ended")] if d is not None]
    open_id, seen = None, set()
    for d in decisions:
        if d.phase == "raised":
            assert open_id is None
            assert d.alert not in seen
            open_id = d.alert
            seen.add(d.alert)
        else:
            assert d.alert == open_id
        assert (d.reason is not None) == (d.phase == "cleared")
        if d.phase == "cleared":
            open_id = None
    assert open_id is None


@given(runs)
@settings(max_examples=60, deadline=None)
def test_cooldown_is_kept_and_levels_never_fall(decide, moments, sound):
    decisions = decide(CONFIG, moments(*sound))
    for one, two in pairwise(decisions):
        if one.phase == "cleared":
            waited = two.sample - one.sample >= CONFIG.cooldown_s * S
            assert waited or RANK[two.level] > RANK[one.level]
        else:
            assert RANK[two.level] >= RANK[one.level]
            if two.phase == "updated" and two.level == one.level:
                assert two.sample - one.sample >= CONFIG.update_every_s * S
                assert abs(two.score - one.score) >= 0.1


@given(st.lists(st.floats(0.0, 0.399), max_size=300))
@settings(max_examples=40, deadline=None)
def test_below_advisory_nothing_is_raised(decide, scores):
    moments = [Moment(i * 160, s, s, SCREAM) for i, s in enumerate(scores, 1)]
    assert decide(CONFIG, moments) == []


@given(runs, st.floats(0.9, 1.0))
@settings(max_examples=60, deadline=None)
def test_critical_for_long_enough_is_always_critical(decide, moments, sound, score):
    """Whatever came before: unless an alert as high has just ended, it is open at critical."""
    config = Fusion(cooldown_s=0.0)
    decisions = decide(config, moments(*sound, (score, 500)))
    assert decisions[-1].phase != "cleared"
    assert decisions[-1].level == "critical"


@given(st.sampled_from([0.65, 0.92]), st.integers(1, 8))
@settings(max_examples=30, deadline=None)
def test_closed_gate_evidence_of_100_ms_decides_alike(decide, score, every):
    """The hop's spacing moves a decision by no more than the spacing."""
    step = 160 * every
    moments = [Moment(i * step, score, score, SCREAM) for i in range(1, 200)]
    (raised,) = decide(CONFIG, moments)
    assert 0 <= raised.sample - 3_200 < 2 * step
