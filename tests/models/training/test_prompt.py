"""How a language model is asked: words are found that tell, and a search goes on where it was."""

import json
import re

import numpy as np
import pytest

from models.errors import ModelError
from models.evaluation.sentences import Sentence
from models.language.adjectives import WORDS
from models.language.feeling import open_gguf
from models.language.recipe import Recipe
from models.language.vote import Vote
from models.reasoner import CONTEXT
from models.training.prompt import OURS, Search, assess, developed_on, propose

SAID = [
    Sentence(f"sentence {i}", f"topic {i % 10}", "tune", distress=i % 2 == 0, hard=False)
    for i in range(200)
]


def expected(strength, seed=1):
    """(200, words): "scared" rises with distress and "calm" falls, by ``strength``."""
    felt = np.random.default_rng(seed).normal(-9.0, 1.0, (len(SAID), len(WORDS)))
    truth = np.array([one.distress for one in SAID])
    for word, sign in (("scared", 1.0), ("calm", -1.0)):
        felt[:, WORDS.index(word)] += sign * strength * truth
    return felt.astype(np.float32)


class Told(Search):
    """A search whose model is a table: continuations of ours that are longer tell more."""

    asked = 0

    def felt(self, continuation):
        self.asked += 1
        return expected(len(continuation) / 2)

    def _candidates(self, proposals):
        return iter(OURS[:proposals])


def test_words_that_tell_are_found_and_scored_on_topics_left_out():
    told, blind = assess("x", expected(20.0), SAID), assess("x", expected(0.0), SAID)
    assert "scared" in told.distressed
    assert "calm" in told.at_ease
    assert told.auc > 0.95
    assert blind.auc == pytest.approx(0.5, abs=0.15)


def test_a_search_goes_on_where_it_was(tmp_path):
    history = tmp_path / "history"
    first = Told(None, SAID, history)
    first.run(2, lambda score: None)
    again = Told(None, SAID, history)
    seen = []
    best = again.run(4, seen.append)
    assert (first.asked, again.asked) == (2, 2)
    assert [one.continuation for one in seen] == list(OURS[2:4])
    assert best == max(again.scores.values(), key=lambda one: one.auc)
    assert len(history.read_text().splitlines()) == 4
    history.write_text("no JSON\n")
    with pytest.raises(ModelError, match="cannot be read"):
        Told(None, SAID, history)


def test_another_model_or_other_sentences_have_a_history_of_their_own(tmp_path):
    history = tmp_path / "history"
    model, adapter = tmp_path / "model.gguf", tmp_path / "adapter.gguf"
    model.write_bytes(b"one")
    adapter.write_bytes(b"adapter")
    asked = []

    def search(sentences=SAID, files=(model,)):
        one = Told(None, sentences, history, files)
        one.felt = lambda text: asked.append(text) or expected(len(text) / 2)[: len(sentences)]
        one.run(2, lambda score: None)
        seen, asked[:] = len(asked), []
        return seen

    assert (search(), search()) == (2, 0)
    assert search(files=(model, adapter)) == 2
    assert search(sentences=SAID[:100]) == 2
    model.write_bytes(b"two")
    assert search() == 2
    model.write_bytes(b"one")
    assert search() == 0, "what was scored before is still there"


@pytest.mark.parametrize("left", [1, 40, -1])
def test_a_line_that_was_being_written_at_a_kill_is_scored_again(tmp_path, left):
    history = tmp_path / "history"
    Told(None, SAID, history).run(2, lambda score: None)
    first, second = history.read_bytes().splitlines(keepends=True)
    history.write_bytes(first + second[:left])
    again = Told(None, SAID, history)
    again.run(2, lambda score: None)
    assert again.asked == 1
    assert history.read_bytes() == first + second
    assert len(Told(None, SAID, history).scores) == 2


def test_a_model_proposes_a_few_plain_words_of_its_own(tiny_llama):
    llama = open_gguf(tiny_llama, threads=1, context=CONTEXT)
    proposed = [propose(llama, seed) for seed in range(3)]
    for one in proposed:
        assert re.fullmatch(r'" [A-Z][a-z]{1,10}( [a-z]{1,9}){0,5}', one), one
    assert len(set(proposed)) > 1
    assert propose(llama, 0) == proposed[0]


def test_a_recipe_is_calibrated_and_read_again(tmp_path):
    search = Told(None, SAID, tmp_path / "history")
    recipe = search.recipe(search.run(3, lambda score: None), "some.gguf")
    path = tmp_path / "recipe.json"
    recipe.save(path)
    assert Recipe.load(path) == recipe
    assert recipe.feeling[0] > 0.0
    assert recipe.both[1] > 0.0
    assert recipe.both[0] == Vote.load().slopes["both"][0]


@pytest.mark.parametrize("damage", ["missing", "text", "version", "word", "slopes"])
def test_a_damaged_recipe_is_told(tmp_path, damage):
    path = tmp_path / "recipe.json"
    stored = {
        "model": "m", "continuation": '" He sounds', "distressed": ["scared"], "at_ease": ["calm"],
        "feeling": [1, 0, 0], "both": [1, 1, 0, 0], "auc": 0.9, "version": 1,
    }  # fmt: skip
    path.write_text(json.dumps(stored))
    assert Recipe.load(path).model == "m"
    stored |= {
        "version": {"version": 2}, "word": {"at_ease": ["purple"]}, "slopes": {"both": [1]},
    }.get(damage, {})  # fmt: skip
    path.write_text("{" if damage == "text" else json.dumps(stored))
    if damage == "missing":
        path.unlink()
    with pytest.raises(ModelError, match="is no recipe"):
        Recipe.load(path)


def test_sentences_are_of_every_topic_and_never_of_the_test():
    found = developed_on(300)
    assert 200 <= len(found) <= 400
    assert {one.split for one in found} == {"tune"}
    assert len({one.topic for one in found}) > 40
    assert {one.distress for one in found} == {True, False}
