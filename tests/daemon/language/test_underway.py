"""How long a batch may take, and when that is unusual."""

import pytest

from daemon.language.messages import Judged, Transcribed
from daemon.language.underway import Underway
from daemon.language.waiting import Job


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def begun(now, utterance):
    """Eight utterances of 28 s, the most there is, with the configured time-out."""
    underway = Underway(60.0, lambda: now[0])
    underway.begin([Job(utterance(f"u{n}", seconds=28.0), lambda _: None) for n in range(8)])
    return underway


def transcribe(underway):
    for n in range(8):
        underway.transcribed(
            Transcribed(
                id=f"u{n}",
                text="words",
                doubt="",
                language="en",
                log_probability=-0.2,
                trustworthy=True,
                words=(),
                ms=1.0,
            )
        )


def judge(underway, n):
    return underway.judged(
        Judged(id=f"u{n}", probability=0.1, category=None, reason=None, readers=(), ms=1.0)
    )


def test_a_full_batch_that_hangs_is_noticed_within_minutes(now, begun):
    now[0] = 141.0
    assert not begun.unusual
    now[0] = 143.0
    assert begun.unusual
    assert not begun.late
    now[0] = 285.0
    assert begun.late


def test_what_hangs_while_it_reads_is_noticed_sooner(now, begun):
    now[0] = 10.0
    transcribe(begun)
    assert begun.allowed_s == 88.0
    now[0] = 10.0 + 45.0
    assert begun.unusual
    now[0] = 10.0 + 89.0
    assert begun.late


def test_each_answer_gives_the_next_its_time(now, begun):
    transcribe(begun)
    for n in range(8):
        now[0] += 80.0
        assert not begun.late
        assert judge(begun, n) is not None
    now[0] += 1_000.0
    assert not begun.late
    assert not begun.unusual, "nothing is under way"
