"""Who waits, who goes first, and who has to go."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daemon.language.cutter import LONGEST
from daemon.language.utterance import Utterance, Words
from daemon.language.waiting import Job, Waiting

RATE = 16_000


def nobody(_words):
    pass


def names(jobs):
    return [job.utterance.id for job in jobs]


def test_the_most_alarming_goes_first_and_the_newest_of_several(utterance):
    waiting = Waiting(8, 60.0)
    for name, start, score in (("a", 0, 0.1), ("b", 2, 0.9), ("c", 4, 0.1), ("d", 6, 0.5)):
        assert waiting.add(Job(utterance(name, start, score=score), nobody)) == []
    assert names(waiting.take(3)) == ["b", "d", "c"]
    assert names(waiting.take(3)) == ["a"]
    assert waiting.take(3) == []


def test_the_least_alarming_goes_when_there_is_no_room(utterance):
    waiting = Waiting(2, 60.0)
    waiting.add(Job(utterance("scream", 0, score=0.9), nobody))
    waiting.add(Job(utterance("talk", 2, score=0.1), nobody))
    assert names(waiting.add(Job(utterance("shout", 4, score=0.6), nobody))) == ["talk"]
    assert names(waiting.add(Job(utterance("quiet", 6, score=0.0), nobody))) == ["quiet"]


def test_stale_neighbours_are_heard_in_one_go(utterance):
    waiting = Waiting(3, 10.0)
    for name, start in (("a", 0), ("b", 2), ("c", 4)):
        waiting.add(Job(utterance(name, start, score=start / 10), nobody))
    assert waiting.add(Job(utterance("d", 60, score=0.2), nobody)) == []
    assert waiting.joined == 2
    jobs = waiting.take(8)
    assert names(jobs) == ["c", "d"]
    joined = jobs[0].utterance
    assert (joined.start, joined.end, joined.score) == (0, 5 * RATE, 0.4)
    assert len(joined.pcm) == 5 * RATE


def joined(waiting, *utterances):
    for one in utterances:
        assert waiting.add(Job(one, nobody)) == []
    return [job.utterance for job in waiting.take(8)]


def test_what_is_joined_lies_where_it_was(utterance):
    loud = [np.full(RATE, level, np.int16) for level in (1, 2, 3)]
    old, new = joined(
        Waiting(2, 10.0),
        utterance("a", 50.0, pcm=loud[0]),
        utterance("b", 52.5, pcm=loud[1]),
        utterance("now", 90.0, score=0.9),
    )[::-1]
    assert new.id == "now"
    assert (old.start, old.end) == (50 * RATE, 53 * RATE + RATE // 2)
    assert len(old.pcm) == old.end - old.start
    assert set(old.pcm[:RATE]) == {1}
    assert set(old.pcm[RATE : RATE * 5 // 2]) == {0}
    assert set(old.pcm[RATE * 5 // 2 :]) == {2}


def test_what_two_share_is_heard_once(utterance):
    ramp = np.arange(3 * RATE // 2).astype(np.int16)
    old, _ = joined(
        Waiting(2, 10.0),
        utterance("a", 0.0, pcm=ramp[:RATE]),
        utterance("b", 0.5, pcm=ramp[RATE // 2 :]),
        utterance("now", 60.0, score=-1.0),
    )
    assert old.pcm.tolist() == ramp.tolist()


def test_silence_is_not_bridged_without_bound(utterance):
    waiting = Waiting(2, 10.0)
    for name, start in (("a", 0), ("b", 48)):
        waiting.add(Job(utterance(name, start), nobody))
    assert names(waiting.add(Job(utterance("now", 90), nobody))) == ["a"]
    assert waiting.joined == 0


def test_one_that_was_tried_comes_alone(utterance):
    waiting = Waiting(8, 60.0)
    waiting.take_back([Job(utterance("poison", 0), nobody)])
    waiting.add(Job(utterance("other", 2, score=0.9), nobody))
    assert waiting.retrying
    assert names(waiting.take(8)) == ["poison"]
    assert names(waiting.take(8)) == ["other"]


def test_what_comes_back_is_tried_again_and_nobody_goes_for_it(utterance):
    waiting = Waiting(2, 60.0)
    for name, start, score in (("scream", 0, 0.9), ("old", 2, 0.1)):
        waiting.add(Job(utterance(name, start, score=score), nobody))
    lost = waiting.take(8)
    for name, start in (("c", 4), ("d", 6)):
        waiting.add(Job(utterance(name, start, score=0.5), nobody))
    waiting.take_back(lost)
    assert len(waiting) == 4
    assert names(waiting.add(Job(utterance("e", 8, score=0.6), nobody))) == ["c"]
    assert [names(waiting.take(8)) for _ in range(3)] == [["scream"], ["old"], ["e", "d"]]


def test_what_comes_back_leaves_the_others_their_room(utterance):
    waiting = Waiting(2, 60.0)
    waiting.take_back([Job(utterance("tried", 0), nobody)])
    assert waiting.add(Job(utterance("a", 2), nobody)) == []
    assert not waiting.full
    assert waiting.add(Job(utterance("b", 4), nobody)) == []
    assert waiting.full


@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(0.1, 28), st.floats(0, 1), st.booleans()),
        max_size=40,
    ),
    st.integers(1, 8),
)
def test_nothing_is_lost_silently(utterances, most):
    waiting, dropped, returned = Waiting(most, 5.0), 0, 0
    for number, (start, seconds, score, tried) in enumerate(utterances):
        pcm = np.zeros(int(seconds * RATE), np.int16)
        at = int(start * RATE)
        one = Utterance(str(number), at, at + len(pcm), pcm, score, explained=False, cut_ns=1)
        if tried:
            waiting.take_back([Job(one, nobody)])
        else:
            dropped += len(waiting.add(Job(one, nobody)))
        returned += tried
        assert len(waiting) <= most + returned
    left = waiting.clear()
    assert len(left) + dropped + waiting.joined == len(utterances)
    assert all(len(job.utterance.pcm) <= LONGEST for job in left)
    assert all(len(job.utterance.pcm) == job.utterance.end - job.utterance.start for job in left), (
        "word times are counted from the start"
    )


def test_everybody_is_told_of_utterances_that_were_joined(utterance):
    told = []
    waiting = Waiting(3, 10.0)
    for name, start in (("a", 0), ("b", 2), ("c", 4), ("d", 60)):
        waiting.add(Job(utterance(name, start), told.append))
    for job in waiting.take(8):
        job.done(Words(job.utterance, text="said"))
    assert sorted((words.utterance.id, words.lost) for words in told) == [
        ("a", "joined"),
        ("b", "joined"),
        ("c", ""),
        ("d", ""),
    ]
