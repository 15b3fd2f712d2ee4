"""What each corpus's words mean, as the recordings' own page defines distress."""

import pytest

from models.data.labels import (
    EMOTION_LABELS,
    EMOTIONS,
    ORDINARY_LABELS,
    SOUND_LABELS,
    meaning,
)
from models.errors import DataError


def test_the_classes_stand_in_ravdess_order():
    assert EMOTIONS == (
        "neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("label", "verdict", "emotion"),
    [
        ("neutral", "not_distress", "neutral"),
        ("calm", "not_distress", "calm"),
        ("happy", "not_distress", "happy"),
        ("surprise", "not_distress", "surprised"),
        ("sad", "apart", "sad"),
        ("disgust", "apart", "disgust"),
        ("angry", "distress", "angry"),
        ("fear", "distress", "fearful"),
    ],
)
def test_acted_emotion_is_one_emotion(label, verdict, emotion):
    found = meaning("ravdess", label)
    assert found.verdict == verdict
    assert found.emotions == {emotion}


@pytest.mark.parametrize("label", ["scream_pain_death", "fall_drown", "shouted_speech", "war_cry"])
def test_cries_are_distress_and_fear_or_anger(label):
    found = meaning("debian_voices", label)
    assert found.verdict == "distress"
    assert found.emotions == {"angry", "fearful"}


@pytest.mark.parametrize(
    ("corpus", "label"), [("donateacry", "crying_baby"), ("esc10", "baby_cry")]
)
def test_infants_are_their_own_kind(corpus, label):
    assert meaning(corpus, label).verdict == "infant"


@pytest.mark.parametrize("label", ["siren", "gun_shot", "comic_pain"])
def test_what_only_raises_context_is_in_neither_figure(label):
    assert meaning("us8k", label).verdict == "apart"


@pytest.mark.parametrize("label", ["speech", "music", "laugh", "effort", "rain", "jackhammer"])
def test_ordinary_sound_is_neither_fear_nor_anger(label):
    found = meaning("anything", label)
    assert found.verdict == "not_distress"
    assert found.emotions == set(EMOTIONS) - {"angry", "fearful"}


@pytest.mark.parametrize("label", ["fearful", "angry", "happy", "none"])
def test_a_scream_behind_a_word_is_a_cry(label):
    found = meaning("emospeech_in", label, "scream")
    assert found.verdict == "distress"
    assert found.emotions == {"angry", "fearful"}


def test_a_calm_word_with_a_scream_behind_it_contradicts_itself():
    assert meaning("emospeech_in", "calm", "scream").verdict == "apart"


@pytest.mark.parametrize("environment", ["glass break", "gunshots"])
@pytest.mark.parametrize("label", ["calm", "fearful", "none"])
def test_glass_and_shots_raise_context_whatever_is_said(label, environment):
    assert meaning("emospeech_in", label, environment).verdict == "apart"


def test_calm_commands_may_be_neutral():
    found = meaning("emospeech_in", "calm")
    assert found.verdict == "not_distress"
    assert found.emotions == {"neutral", "calm"}
    assert meaning("ravdess", "calm").emotions == {"calm"}


def test_every_meaning_allows_an_emotion_that_exists():
    for found in (*EMOTION_LABELS.values(), *SOUND_LABELS.values()):
        assert found.emotions
        assert found.emotions <= set(EMOTIONS)
        if found.verdict == "distress":
            assert found.emotions <= {"angry", "fearful"}


def test_a_word_that_nobody_knows_is_an_error():
    with pytest.raises(DataError, match=r"'screem'") as raised:
        meaning("mine", "screem")
    assert raised.value.remedy == "Did you mean scream?"


def test_no_word_means_two_things():
    assert not set(EMOTION_LABELS) & set(SOUND_LABELS)
    assert not ORDINARY_LABELS & (set(EMOTION_LABELS) | set(SOUND_LABELS))
