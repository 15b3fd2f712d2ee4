"""The last minutes."""

import pytest

from daemon.fusion.context import Context
from daemon.fusion.decision import Decision
from daemon.fusion.reading import Reading
from models.sounds.groups import AROUND

S = 16_000


def decision(phase, sample, kind="scream"):
    return Decision("a", phase, "confirmed", kind, "warning", None, 0.8, sample, sample - S)


def test_where_nothing_happened_context_is_absent(hop):
    context = Context()
    for second in range(1, 60):
        context.hear(hop(second * S, distress=0.1))
    assert context.reading(60 * S) is None


def test_repeated_calls_weigh_more_and_are_forgotten():
    context = Context()
    context.read(Reading(0.9, S))
    assert context.reading(2 * S) is None, "the newest words are text's own"
    context.read(Reading(0.9, 10 * S))
    once = context.reading(11 * S).probability
    context.read(Reading(0.9, 20 * S))
    twice = context.reading(21 * S).probability
    assert 0.5 < once < twice < 0.99
    assert context.reading(1_000 * S) is None


def test_words_without_distress_say_nothing():
    context = Context()
    for second in range(10):
        context.read(Reading(0.1, second * S))
    assert context.reading(11 * S) is None


def test_an_alert_of_the_same_ear_is_no_evidence():
    context = Context()
    context.decided(decision("raised", S, "anger"))
    context.decided(decision("cleared", 5 * S, "anger"))
    assert context.reading(9 * S) is None


def test_silence_after_a_scream_speaks_and_sound_after_it_does_not(hop):
    context = Context()
    context.hear(hop(9 * S, gate=True))
    context.decided(decision("raised", S))
    context.decided(decision("cleared", 10 * S))
    assert context.reading(20 * S).probability > 0.5
    context.hear(hop(21 * S, gate=True))
    assert context.reading(22 * S) is None


def after(hop, sound, score=0.9, seconds=10):
    """What context says ``seconds`` after ``sound`` was last heard."""
    context = Context()
    context.hear(hop(S, around={sound: score}))
    said = context.reading((1 + seconds) * S)
    return None if said is None else said.probability


@pytest.mark.parametrize("sound", AROUND)
def test_what_sounded_of_late_speaks_for_a_minute(hop, sound):
    assert after(hop, sound) > 0.5
    assert after(hop, sound, seconds=59) == after(hop, sound)
    assert after(hop, sound, seconds=61) is None
    assert after(hop, sound, score=0.1) is None


def test_glass_and_shots_say_more_than_an_alarm_and_that_more_than_a_siren(hop):
    said = [after(hop, sound) for sound in ("breaking", "shot", "fire_alarm", "siren")]
    assert said[0] == said[1] > said[2] > said[3]
    assert said[3] < 0.6, "it is ordinary in a city"


def test_a_siren_that_wails_now_is_not_its_own_context(hop):
    assert after(hop, "siren", seconds=1) is None
    assert after(hop, "shot", seconds=0) > 0.5


def test_what_was_heard_as_several_sounds_counts_once(hop):
    context = Context()
    context.hear(hop(S, around={"breaking": 0.5, "shot": 0.5, "siren": 0.5}))
    assert context.reading(10 * S).probability == after(hop, "breaking")


def test_the_quiet_hours_speak_only_beside_something_else():
    night = Context(lambda _sample: True)
    assert night.reading(S) is None
    day = Context(lambda _sample: False)
    for context in (night, day):
        for second in (1, 2):
            context.read(Reading(0.9, second * S))
    at = [context.reading(9 * S).probability for context in (night, day)]
    assert at[0] > at[1]
