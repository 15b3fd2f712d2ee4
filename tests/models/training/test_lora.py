"""Adapters: what is learned from, what counts in the loss, and the same answers in both engines."""

import ctypes

import numpy as np
import pytest
import torch

from models.errors import ModelError
from models.evaluation.sentences import Sentence
from models.language.adjectives import AT_EASE, DISTRESSED
from models.training.adapter import by_pairs
from models.training.lora import (
    IGNORED,
    LoraRecipe,
    adapted,
    answer_loss,
    batch_of,
    examples,
    save,
    split,
    train,
)
from models.training.pure_torchaudio import stand_in

VOCABULARY, HEADS, KEYS, WIDTH = 96, 4, 2, 64
SAID = [
    Sentence(f"sentence {i}", f"topic {i % 10}", "tune", distress=i % 2 == 0, hard=False)
    for i in range(20)
]
RECIPE = LoraRecipe(rank=4, alpha=8, epochs=2, batch=4, learning_rate=1e-2)


class Letters:
    """A tokenizer: each character is a token."""

    def tokenize(self, text, *, add_bos, special=False):
        return [1] * add_bos + [3 + byte % (VOCABULARY - 3) for byte in text]


def test_topics_that_are_held_out_are_not_learned_from():
    known, held = split(SAID)
    assert held
    assert not {one.topic for one in known} & {one.topic for one in held}
    assert len(known) + len(held) == len(SAID)


def test_each_sentence_ends_in_a_word_of_its_side():
    letters, rng = Letters(), np.random.default_rng(1)
    rows = examples(SAID, letters, rng)
    words = {
        tuple(letters.tokenize(f" {word}".encode(), add_bos=False)): word
        for word in (*DISTRESSED, *AT_EASE)
    }
    sides = [words[tuple(answer)] in DISTRESSED for _, answer in rows]
    assert sum(sides) == len(SAID) // 2
    assert len({tuple(prompt) for prompt, _ in rows}) == len(SAID)


def test_only_the_answer_counts_in_the_loss():
    tokens, labels = batch_of([([5, 6, 7], [8]), ([5], [6, 7])])
    assert labels.tolist() == [[IGNORED, IGNORED, IGNORED, 8], [IGNORED, 6, 7, IGNORED]]
    logits = torch.randn(*tokens.shape, 10)
    changed = logits.clone()
    changed[0, :2] += torch.randn(2, 10)
    changed[:, -1] += 1.0
    assert answer_loss(changed, labels) == pytest.approx(float(answer_loss(logits, labels)))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A Llama of two layers with random weights, as GGUF, and the same in transformers."""
    stand_in()
    gguf = pytest.importorskip("gguf", reason="the extra 'tune' is not installed")
    pytest.importorskip("llama_cpp", reason="the extra 'language' is not installed")
    pytest.importorskip("peft", reason="the extra 'tune' is not installed")
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=WIDTH,
            intermediate_size=WIDTH,
            num_hidden_layers=2,
            num_attention_heads=HEADS,
            num_key_value_heads=KEYS,
            max_position_embeddings=256,
            rms_norm_eps=1e-5,
            tie_word_embeddings=False,
        )
    ).eval()
    names = {
        "model.embed_tokens": "token_embd",
        "model.norm": "output_norm",
        "lm_head": "output",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
    }
    path = tmp_path_factory.mktemp("llama") / "tiny.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(256)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(2)
    writer.add_feed_forward_length(WIDTH)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEYS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("llama")
    letters = [f"t{i}".encode() for i in range(VOCABULARY - 3)]
    writer.add_token_list([b"<unk>", b"<s>", b"</s>", *letters])
    writer.add_token_scores([0.0] * VOCABULARY)
    writer.add_token_types([2, 3, 3] + [1] * len(letters))
    for name, tensor in model.state_dict().items():
        if tensor.ndim > 1:
            tensor.mul_(6.0)  # else every answer is the same
        whole = name.removesuffix(".weight")
        rows = tensor.numpy()
        if whole.endswith(("q_proj", "k_proj")):
            rows = by_pairs(rows, HEADS if whole.endswith("q_proj") else KEYS)
        if whole.startswith("model.layers."):
            layer, part = whole.removeprefix("model.layers.").split(".", 1)
            stored = f"blk.{layer}.{names[part]}.weight"
        else:
            stored = f"{names[whole]}.weight"
        writer.add_tensor(stored, np.ascontiguousarray(rows))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def answers(path, questions, lora=None):
    """The logits after each of ``questions``, by llama.cpp."""
    import llama_cpp

    from models.language.feeling import open_gguf

    llama = open_gguf(path, threads=1, context=64, lora=lora)
    found = []
    for question in questions:
        llama.reset()
        llama.eval(question)
        last = llama_cpp.llama_get_logits_ith(llama.ctx, -1)
        pointer = ctypes.cast(last, ctypes.POINTER(ctypes.c_float))
        found.append(np.ctypeslib.as_array(pointer, (VOCABULARY,)).copy())
    return np.stack(found)


@pytest.mark.slow
def test_an_adapter_gives_the_same_top_tokens_in_both_engines(tiny, tmp_path):
    model = adapted(tiny, RECIPE)
    steps = []
    train(model, SAID, Letters(), RECIPE, tiny, tmp_path / "kept", lambda *told: steps.append(told))
    path = tmp_path / "adapter.gguf"
    save(model, path, RECIPE)
    rng = np.random.default_rng(1)
    questions = [rng.integers(3, VOCABULARY, 9).tolist() for _ in range(8)]
    with torch.no_grad():
        logits = model(input_ids=torch.tensor(questions)).logits[:, -1].numpy()
        with model.disable_adapter():
            bare = model(input_ids=torch.tensor(questions)).logits[:, -1].numpy()
    assert np.abs(logits - bare).max() > 0.5, "nothing was learned"
    assert np.mean([loss for *_, loss in steps[-3:]]) < np.mean([loss for *_, loss in steps[:3]])
    np.testing.assert_array_equal(answers(tiny, questions).argmax(1), bare.argmax(1))
    np.testing.assert_array_equal(answers(tiny, questions, path).argmax(1), logits.argmax(1))
    np.testing.assert_allclose(answers(tiny, questions, path), logits, atol=0.1)


@pytest.mark.slow
def test_training_that_was_stopped_goes_on_to_the_same_adapter(tiny, tmp_path):
    class StoppedError(Exception):
        pass

    def stop(step, _steps, _loss):
        if step == 8:  # the state was kept after the fifth, the end of the first epoch
            raise StoppedError

    def learned(model):
        return {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}

    recipe = LoraRecipe(rank=4, alpha=8, epochs=3, batch=4, learning_rate=1e-2)
    whole, broken = adapted(tiny, recipe), adapted(tiny, recipe)
    train(whole, SAID, Letters(), recipe, tiny, tmp_path / "whole", lambda *_: None)
    with pytest.raises(StoppedError):
        train(broken, SAID, Letters(), recipe, tiny, tmp_path / "kept", stop)
    again, seen = adapted(tiny, recipe), []
    train(
        again, SAID, Letters(), recipe, tiny, tmp_path / "kept", lambda *told: seen.append(told[0])
    )
    assert seen[0] == 6
    for name, tensor in learned(whole).items():
        torch.testing.assert_close(learned(again)[name], tensor)
    another = tmp_path / "another.gguf"
    another.write_bytes(b"another model")
    for refused, base, sentences, told in (
        (RECIPE, tiny, SAID, "another recipe"),
        (recipe, another, SAID, "another language model"),
        (recipe, tiny, SAID[1:], "another set of sentences"),
    ):
        with pytest.raises(ModelError, match=told):
            train(again, sentences, Letters(), refused, base, tmp_path / "kept", lambda *_: None)
