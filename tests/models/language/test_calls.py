"""Calls that leave little doubt, and what only sounds like them."""

import pytest

from models.evaluation.sentences import read_sentences
from models.language.calls import calls


@pytest.mark.parametrize(
    "text",
    ["Somebody help me", "HELP!", "help me please", "Call an ambulance", "I can't breathe.",
     "He has a knife", "Get off me", "please, help"],
)  # fmt: skip
def test_calls(text):
    assert calls(text)


@pytest.mark.parametrize(
    "text",
    ["Can you help me with my homework?", "Help yourself.", "Could somebody help me carry this?",
     "Help me find my keys.", "I can't breathe, that's so funny", "This is no help.", ""],
)  # fmt: skip
def test_what_only_sounds_like_them(text):
    assert not calls(text)


def test_hardly_any_tuning_sentence_without_distress_has_one():
    wrong = [one.text for one in read_sentences("tune") if calls(one.text) and not one.distress]
    assert len(wrong) <= 1, wrong
