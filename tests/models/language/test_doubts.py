"""What Whisper makes of noise is not believed; what people say is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.language.doubts import doubt, plain, shaky, without_loops

SURE = {"log_probability": -0.2, "no_speech": 0.02, "voiced_s": 2.0, "seconds": 3.0}


@pytest.mark.parametrize(
    ("text", "changed", "why"),
    [
        ("Help me, somebody help me!", {}, ""),
        ("Help! Help! Help!", {}, ""),
        ("No! No! No!", {}, ""),
        ("No! No! No!", {"no_speech": 0.6, "log_probability": -0.45}, "repetitive"),
        ("", {}, "empty"),
        (" . ", {}, "empty"),
        ("Please help me.", {"voiced_s": 0.0}, "no_voice"),
        ("I'm not going to do that.", {"no_speech": 0.7, "log_probability": -0.8}, "no_speech"),
        ("I'm not going to do that.", {"log_probability": -1.4}, "improbable"),
        ("Thank you.", {"no_speech": 0.3}, "phrase"),
        ("Thank you.", {}, ""),
        ("ha " * 100, {"seconds": 30.0}, "repetitive"),
        ("one two three four five six seven eight nine ten", {"seconds": 1.0}, "speed"),
    ],
)
def test_each_reason_not_to_believe(text, changed, why):
    assert doubt(text, **(SURE | changed)) == why


@pytest.mark.parametrize(
    ("text", "changed", "on_little"),
    [
        ("Help me, somebody help me!", {}, False),
        ("Help! Help!", {}, False),
        ("Help! Help! Help!", {}, True),
        ("I need you, o- o- o-", {}, True),
        ("Here.", {"voiced_s": 0.3}, True),
        ("I don't know.", {"log_probability": -1.2}, True),
        ("", {}, False),
    ],
)
def test_what_stands_on_little_is_shaky(text, changed, on_little):
    sure = {"log_probability": -0.2, "voiced_s": 2.0}
    assert shaky(text, **(sure | changed)) == on_little


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Help! Help! Help! Help! Help!", "Help! Help! Help!"),
        ("help me please help me please", "help me please help me please"),
        ("Give me a dark roast coffee. Give me a dark roast coffee. Give", "Give me a dark roast"),
        ("You know what I mean, you know what he means.", "You know what I mean, you know what"),
    ],
)
def test_loops_are_cut_and_repetition_is_kept(text, kept):
    assert without_loops(text).startswith(kept)
    assert len(without_loops(text)) <= len(text)


@given(st.text(max_size=300))
def test_any_text_is_judged_and_cutting_twice_changes_little(text):
    cut = without_loops(text)
    assert set(plain(cut).split()) == set(plain(text).split())
    assert isinstance(doubt(text, **SURE), str)
