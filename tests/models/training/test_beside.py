"""Corpora beside the published ones are learned from where that is asked for, and only there."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from models import registry
from models.data.corpora import AUDIO_CORPORA, Clip
from models.errors import DataError, ModelError
from models.training.beside import SHARE, check_beside, unused, with_shares
from models.training.recipe import read_recipe
from models.training.run import Run, run_recipe
from models.training.train import Recipe


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for corpus in (*AUDIO_CORPORA, "crema_d", "mine"):
        (tmp_path / corpus).mkdir()
        (tmp_path / corpus / "labels.csv").write_text("file,label,dur\nx.flac,calm,1\n")
    (tmp_path / "SAVEE").mkdir()
    return tmp_path


def test_the_published_corpora_are_needed_and_others_come_when_asked_for(root):
    assert {clip.corpus for clip in Run(root).published()} == set(AUDIO_CORPORA)
    clips = Run(root, also=("mine", "nemo")).published()
    assert {clip.corpus for clip in clips} == {*AUDIO_CORPORA, "mine"}
    assert len({clip.file for clip in clips}) == len(clips)
    with pytest.raises(DataError, match=r"theirs.labels\.csv is missing"):
        Run(root, also=("theirs",)).published()
    (root / "nemo" / "labels.csv").unlink()
    (root / "nemo").rmdir()
    with pytest.raises(DataError, match=r"nemo.labels\.csv is missing"):
        Run(root, also=("mine",)).published()


def test_a_corpus_that_is_asked_for_has_a_share_of_every_epoch():
    share = with_shares(Recipe(), ("crema_d", "nemo")).share
    assert share == {**Recipe().share, "crema_d": SHARE}
    assert with_shares(Recipe(), ()) == Recipe()


class BegunError(Exception):
    """Training has begun with these."""


def test_the_network_that_ships_learns_from_what_is_asked_for(root, tmp_path, monkeypatch):
    def begin(clips: Sequence[Clip], _out: Path, recipe: Recipe) -> None:
        raise BegunError({clip.corpus for clip in clips}, recipe)

    try:
        registry.find("yamnet")
    except ModelError as error:
        pytest.skip(str(error))
    monkeypatch.setattr("models.training.train.train", begin)
    with pytest.raises(BegunError) as begun:
        run_recipe("lstm", Run(root, tmp_path / "out.safetensors", also=("mine",)), seed=3)
    corpora, recipe = begun.value.args
    assert "mine" in corpora
    assert (recipe.seed, recipe.share["mine"]) == (3, SHARE)


def test_a_recipe_that_would_not_learn_from_it_is_not_begun(root):
    with pytest.raises(DataError, match="RAVDESS alone"):
        run_recipe("voice_folds", Run(root, also=("mine",)))


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ("student", "every corpus"),
        ("voice_folds", "RAVDESS alone"),
        ("utterance_folds", "RAVDESS alone"),
        ("lstm13_folds", "'before'"),
        ("utterance", "'corpora'"),
    ],
)
def test_a_recipe_that_would_not_learn_from_it_refuses(recipe, said):
    with pytest.raises(DataError, match=said) as raised:
        check_beside(read_recipe(recipe), ("crema_d",))
    assert raised.value.remedy
    check_beside(read_recipe(recipe), ())


@pytest.mark.parametrize("recipe", ["voice", "voice_without"])
def test_the_second_ear_learns_from_whatever_is_asked_for(recipe):
    check_beside(read_recipe(recipe), ("crema_d",))


def test_a_recipe_of_ones_own_that_names_the_corpus_is_followed(tmp_path):
    path = tmp_path / "own.toml"
    text = 'network = "lstm13"\nlearns = "ravdess_folds"\n[settings]\nbefore = { crema_d = 1.0 }\n'
    path.write_text(text)
    check_beside(read_recipe(str(path)), ("crema_d",))


def test_what_is_not_learned_from_is_said(root):
    said = "\n".join(unused(root, read_recipe("lstm"), ("mine",)))
    assert "crema_d is not learned from; --also crema_d adds it" in said
    assert "SAVEE is not read" in said
    assert "mine" not in said
    assert "nemo" not in said
    assert "crema_d" not in "\n".join(unused(root, read_recipe("student"), ()))
