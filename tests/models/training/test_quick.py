"""A smoke test of a training: few recordings, and of every kind."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from models.data.corpora import Clip
from models.data.splits import fold_of
from models.training.quick import OF_EACH, few, quick_lstm, quick_student, quick_utterance
from models.training.student.recipe import StudentRecipe
from models.training.train import Recipe
from models.training.utterance import UtteranceRecipe


def clip(corpus: str, label: str, group: str, number: int) -> Clip:
    return Clip(Path(), corpus, f"{corpus}/{number}.flac", label, "", group, 1.0)


corpora = st.lists(
    st.builds(
        clip,
        st.sampled_from(("nemo", "music", "own")),
        st.sampled_from(("angry", "neutral")),
        st.sampled_from("abcdefgh"),
        st.integers(0, 10**6),
    ),
    max_size=80,
)


@given(corpora)
def test_few_of_each_are_kept_and_none_is_without(clips):
    def keys(of: list[Clip]) -> list[tuple[str, str, str]]:
        return [(one.corpus, one.label, fold_of(one.group)) for one in of]

    kept = few(clips)
    assert set(keys(kept)) == set(keys(clips))
    assert all(keys(kept).count(key) <= OF_EACH for key in keys(kept))


def test_every_actor_speaks_every_emotion():
    clips = [
        clip("ravdess", label, f"ravdess:rav{actor:02d}", take)
        for actor in range(1, 25)
        for label in ("angry", "fear")
        for take in range(3)
    ]
    assert len(few(clips)) == 24 * 2


def test_a_quick_recipe_learns_less_of_the_same():
    lstm, student, utterance = Recipe(), StudentRecipe(), UtteranceRecipe()
    assert quick_lstm(lstm).epochs == 1
    assert quick_lstm(lstm).share == lstm.share
    assert quick_student(student).steps < student.steps
    assert quick_student(student).synthesised.keys() == student.synthesised.keys()
    assert quick_utterance(utterance).components < utterance.components
