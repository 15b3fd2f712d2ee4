"""What a language model would say next: by a tiny one, with an adapter and without, and how much
of it is worked out anew.
"""

from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from models.language.adjectives import CONTINUATIONS, WORDS
from models.language.feeling import Feeling, open_gguf
from models.reasoner import CONTEXT, Reasoner
from models.training.adapter import write_adapter

RANK, WIDTH, HEADS = 2, 64, 4


def adapter(path: Path, width: int = WIDTH) -> Path:
    """A random adapter for the query and value projections of a model of that width."""
    rng = np.random.default_rng(6)
    name = "base_model.model.model.layers.{}.self_attn.{}.lora_{}.weight"
    tensors = {
        name.format(layer, part, side): rng.standard_normal(shape).astype(np.float32)
        for layer in (0, 1)
        for part in ("q_proj", "v_proj")
        for side, shape in (("A", (RANK, width)), ("B", (width, RANK)))
    }
    write_adapter(path, tensors, alpha=4.0, heads=HEADS)
    return path


@pytest.fixture
def damaged(request, tmp_path, tiny_llama) -> Path:
    """Something that is no adapter for the tiny model."""
    path = tmp_path / "adapter.gguf"
    match request.param:
        case "text":
            path.write_text("no adapter")
        case "cut":
            whole = adapter(path).read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
        case "model":
            path.write_bytes(tiny_llama.read_bytes())
        case "other":
            adapter(path, 2 * WIDTH)
    return path


broken = pytest.mark.parametrize("damaged", ["text", "cut", "model", "other"], indirect=True)


@broken
def test_an_adapter_that_is_none_or_anothers_is_told_as_such(damaged, tiny_llama):
    with pytest.raises(ModelError) as told:
        open_gguf(tiny_llama, threads=1, context=64, lora=damaged)
    assert str(damaged) in told.value.message
    assert "adapter" in told.value.message
    assert "[language] lora" in told.value.remedy


def test_the_prefix_and_what_was_said_are_worked_out_once(tiny_llama, monkeypatch):
    llama = open_gguf(tiny_llama, threads=1, context=CONTEXT)
    feeling = Feeling(llama)
    evaluated, evaluate = [], llama.eval

    def counted(tokens):
        evaluated.append(len(tokens))
        evaluate(tokens)

    monkeypatch.setattr(llama, "eval", counted)

    def tokens(text, *, add_bos=False):
        return len(llama.tokenize(text.encode(), add_bos=add_bos))

    said = "He has a knife"
    after = [tokens(one) for one in CONTINUATIONS]
    first = feeling(said)
    assert evaluated == [
        tokens('Someone said: "', add_bos=True), tokens(said) + after[0], *after[1:]
    ]  # fmt: skip
    evaluated.clear()
    again = feeling(said)
    assert evaluated == [tokens(said) + after[0], *after[1:]], "the prefix is still there"
    np.testing.assert_allclose(again, first, atol=1e-4)
    llama.reset()
    llama.eval(llama.tokenize(b"Another text was here, and longer.", add_bos=True))
    np.testing.assert_allclose(feeling(said), first, atol=1e-4)


@pytest.mark.slow
class TestReasoner:
    """With the embedding beside it."""

    @pytest.fixture(autouse=True)
    def models(self, language_models: None) -> None:
        """The embedding."""

    def test_an_adapter_changes_what_is_felt_and_is_no_registered_model(self, tiny_llama, tmp_path):
        bare = Reasoner(tiny_llama)
        adapted = Reasoner(tiny_llama, lora=adapter(tmp_path / "adapter.gguf"))
        assert bare.missing == adapted.missing == []
        text = "We ought to talk about it."
        felt = [one.feeling(text) for one in (bare, adapted)]
        assert felt[0].shape == (len(CONTINUATIONS) * len(WORDS),)
        assert np.abs(felt[0] - felt[1]).max() > 0.1
        found = [one(text, explained=True) for one in (bare, adapted)]
        assert [one.readers for one in found] == [("meaning", "feeling")] * 2
        assert found[0].probability != found[1].probability

    @broken
    def test_a_broken_adapter_costs_the_language_model_only(self, damaged, tiny_llama):
        reasoner = Reasoner(tiny_llama, lora=damaged)
        assert "[language] lora" in reasoner.missing[0].remedy
        assert reasoner("Help me!").probability > 0.7
