"""What is said again and again is read once, too, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.sentences import read_sentences
from models.language.quoting import pieces
from models.language.repeats import one_round, without_repeats

SAID = ("Help me!", "Please.", "It hurts!", "Where is everybody tonight?", "Let me go!", "Mum!")


@given(st.lists(st.sampled_from(SAID), min_size=1, unique=True), st.integers(1, 9))
def test_whoever_says_the_same_again_is_also_read_as_if_it_were_said_once(said, times):
    assert set(pieces(" ".join(said))) <= set(pieces(" ".join(said * times)))


def test_what_is_said_again_is_also_read_as_it_was_said():
    assert pieces("Please. Please. Please.") == ["Please.", "Please. Please. Please."]


def test_case_and_marks_make_no_other_sentence_and_the_exclamation_stands_for_all():
    assert without_repeats(["Help me.", "help me!", "Help me?", "Now."]) == ["help me!", "Now."]
    assert without_repeats(["…", "♪", "…"]) == ["…", "♪", "…"]


@pytest.mark.parametrize(
    ("sentence", "once"),
    [
        ("It hurts, it hurts, it hurts!", "it hurts!"),
        ("help me help me help me please somebody", "help me please somebody"),
        ("go go go", "go"),
        ("help me, help me", None),
        ("No, no, no, turn left, not right.", None),
        ("Going down, down, down to the devil's town.", None),
        ("- - - -", None),
    ],
)
def test_what_goes_round_is_read_once_where_there_is_nothing_else_or_a_call(sentence, once):
    assert one_round(sentence) == once


def test_a_call_counts_by_itself_beside_another_and_a_fragment_that_is_none_does_not():
    assert pieces("Help me! Somebody help!") == [
        "Help me! Somebody help!",
        "Help me!",
        "Somebody help!",
    ]
    assert pieces("I'm dying! Ha ha ha!") == ["I'm dying! Ha ha ha!"]


def test_sentences_that_were_written_are_read_as_they_stand():
    said = [one.text for one in read_sentences()]
    read = [pieces(text) for text in said]
    assert all(text == found[0] for text, found in zip(said, read, strict=True) if len(found) == 1)
    assert sum(len(found) == 1 for found in read) > 0.95 * len(said)
