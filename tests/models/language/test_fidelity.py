"""What a model wrote about a quotation is told only where the words bear it out."""

import pytest

from models.language.fidelity import borne_out, main_clause


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("I can't breathe.", "they are unable to breathe"),
        ("She's not breathing.", "she is not breathing"),
        ("I think I'm going to pass out.", "they're going to pass out"),
        ("My hip hurts so much.", "their hip hurts"),
        ("Somebody's breaking in, call the police.", "someone is breaking in"),
    ],
)
def test_true_ones_are_told(said, told):
    assert borne_out(told, said)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Help, help, somebody!", "they are not able to help"),
        ("I can't breathe.", "they can breathe"),
        ("Please don't hurt my children.", "they are not the only ones who are hurting them"),
        ("He swallowed something, I don't know what.", "he swallowed what was not his own"),
        ("He's hurting me.", "they're hurting someone"),
        ("You're hurting me.", "the speaker is hurting someone"),
        ("Stop, that hurts.", "their feelings are hurt"),
        ("I said go away.", "they will kill you"),
    ],
)
def test_what_denies_something_else_or_is_about_somebody_else_is_not(said, told):
    assert not borne_out(told, said)


def test_what_is_added_to_a_sentence_is_left_out():
    assert main_clause("he is at the door and is not going to hurry.") == "he is at the door"
    assert main_clause("they're bleeding, but they're not bleeding.") == "they're bleeding"
    assert main_clause("they need help.") == "they need help"
