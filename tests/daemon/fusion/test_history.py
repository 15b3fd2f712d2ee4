"""Nobody can train the alarm quiet."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.config.schema import Fusion, Thresholds
from daemon.fusion.fuser import Fuser
from daemon.fusion.history import History, Remark, Usual, bounded
from daemon.fusion.level import RANK, level_of

THRESHOLD = Thresholds()


def remarks(count, *, false=True, kind="scream", sound="Screaming"):
    return History(tuple(Remark(str(n), kind, sound, false) for n in range(count)))


def test_it_speaks_of_like_sounds_only_and_by_degrees():
    assert remarks(3).probability("crying", "Screaming") is None
    assert remarks(3).probability("scream", "Music") is None
    assert History().probability("scream", "Screaming") is None
    shares = [remarks(n).probability("scream", "Screaming") for n in (1, 3, 100)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == pytest.approx(0.4)
    assert remarks(4, false=False).probability("scream", "Screaming") == pytest.approx(2 / 3)


def test_what_is_usual_weighs_less_and_what_is_rare_says_nothing():
    place = Usual(12, {"Television": 12, "Speech": 9, "Dog": 3})
    every, most, some, never = (
        History(usual=place).probability("scream", sound)
        for sound in ("Television", "Speech", "Dog", "Screaming")
    )
    assert every < most < 0.5
    assert some is None
    assert never is None
    assert History(usual=Usual()).probability("scream", "Screaming") is None
    assert History(usual=place).probability("scream", None) is None


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_what_is_usual_halves_odds_at_most(days, heard):
    said = Usual(days, {"Dog": min(heard, days)}).log_odds("Dog")
    assert said is None or -math.log(2.0) <= said < 0.0


def test_both_witnesses_are_heard():
    place = Usual(12, {"Screaming": 12})
    said = remarks(4)
    both = History(said.remarks, place).probability("scream", "Screaming")
    assert both < said.probability("scream", "Screaming")
    assert both < History(usual=place).probability("scream", "Screaming")


@given(st.floats(0, 1), st.floats(0, 1))
def test_it_lowers_one_level_at_most_and_silences_no_advisory(score, without):
    held = bounded(score, without, THRESHOLD)
    assert held >= score
    if without >= THRESHOLD.advisory:
        assert held >= min(without, THRESHOLD.advisory)
        levels = [RANK[level_of(one, THRESHOLD)] for one in (held, without)]
        assert levels[1] - levels[0] <= 1


@pytest.mark.parametrize("known", [remarks(100), History(usual=Usual(30, {"Screaming": 30}))])
@pytest.mark.parametrize(
    ("distress", "level"), [(0.65, "advisory"), (0.8, "warning"), (0.97, "critical")]
)
def test_neither_words_nor_habit_silence_a_scream(hop, known, distress, level):
    fuser = Fuser(Fusion())
    fuser.learn(known)
    judgements = [
        judgement
        for n in range(1, 101)
        for judgement in fuser.hear(hop(n * 160, distress=distress, scream=0.8))
    ]
    reached = max((j.decision.level for j in judgements), key=RANK.__getitem__)
    assert RANK[reached] >= RANK[level] - 1
    if distress > 0.95:
        assert reached == "critical", "overwhelming sound is not asked about"
    assert judgements
    assert "history" in judgements[0].fused.evidence
