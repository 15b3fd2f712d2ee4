"""``distressd tune lora``: an adapter that makes a language model tell distress better.

The model learns to go on after ``Someone said: "…" The speaker sounds`` with a word of distress or
of ease; only that word counts in the loss. LoRA (Hu et al., 2021) on the query and value
projections; the base is the GGUF file that the daemon uses, read back into full precision by
transformers, and its own tokenizer, as llama.cpp has it. The adapter is written as GGUF.
"""

import hashlib
import json
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from sklearn.model_selection import GroupKFold
from torch.nn.functional import cross_entropy

from models.errors import ModelError
from models.evaluation.measures import auc
from models.evaluation.sentences import Sentence
from models.language.adjectives import AT_EASE, BEFORE, CONTINUATIONS, DISTRESSED
from models.language.feeling import Feeling, contrast
from models.training.adapter import ARCHITECTURE, write_adapter
from models.training.checkpoint import Checkpoint
from models.training.device import best_device
from models.training.learning import Learning
from models.training.pure_torchaudio import stand_in

TARGETS: Final = ("q_proj", "v_proj")
IGNORED: Final = -100  # no loss on these places
STEEPEST: Final = 1.0  # length of the gradient
WARM_UP: Final = 10  # steps
HELD_OUT: Final = 5  # one of so many parts of the topics is not learned from

Example = tuple[list[int], list[int]]
"""Tokens of the prompt, and of the answer."""


@dataclass(frozen=True, slots=True)
class LoraRecipe:
    """How an adapter is trained."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.1
    epochs: int = 2
    batch: int = 8
    learning_rate: float = 2e-4
    seed: int = 7


def split(sentences: Sequence[Sentence]) -> tuple[list[Sentence], list[Sentence]]:
    """Sentences to learn from, and others of topics that are not among them."""
    topics = [one.topic for one in sentences]
    known, held = next(GroupKFold(HELD_OUT).split(topics, groups=topics))
    return [sentences[i] for i in known], [sentences[i] for i in held]


def examples(sentences: Sequence[Sentence], llama: Any, rng: np.random.Generator) -> list[Example]:
    """Each sentence once, in an order and with a word by chance.

    Args:
        sentences: to learn from.
        llama: tokenises, as it will when it reads.
        rng: of order and words.
    """
    before = llama.tokenize(BEFORE.encode(), add_bos=True)
    after = llama.tokenize(CONTINUATIONS[0].encode(), add_bos=False)
    found = []
    for i in rng.permutation(len(sentences)):
        one = sentences[i]
        said = llama.tokenize(one.text.encode(), add_bos=False, special=False)
        word = str(rng.choice(DISTRESSED if one.distress else AT_EASE))
        answer = llama.tokenize(f" {word}".encode(), add_bos=False)
        found.append(([*before, *said, *after], answer))
    return found


def batch_of(some: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens and labels, (n, longest): of each row only the answer has labels."""
    longest = max(len(prompt) + len(answer) for prompt, answer in some)
    tokens = torch.zeros(len(some), longest, dtype=torch.long)
    labels = torch.full((len(some), longest), IGNORED)
    for row, (prompt, answer) in enumerate(some):
        whole = torch.tensor([*prompt, *answer])
        tokens[row, : len(whole)] = whole  # what follows is never looked back at
        labels[row, len(prompt) : len(whole)] = whole[len(prompt) :]
    return tokens, labels


def answer_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy over the answers' tokens, each predicted from what is before it."""
    return cross_entropy(
        logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED
    )


def adapted(base: Path, recipe: LoraRecipe) -> Any:
    """The model of ``base`` in full precision, with an adapter that changes nothing yet.

    Raises:
        ModelError: a library is missing, or the model is no Llama.
    """
    stand_in()
    try:
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM
    except ImportError as error:
        raise ModelError(
            f"{error.name} is not installed, and this command needs it.",
            "Install the extra: pip install 'distressd[tune]'",
        ) from error
    torch.manual_seed(recipe.seed)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            str(base.parent), gguf_file=base.name, dtype=torch.float32, local_files_only=True
        )
    except (ValueError, OSError, KeyError) as error:
        raise ModelError(f"transformers cannot read {base} ({error}).") from error
    if model.config.model_type != ARCHITECTURE:
        raise ModelError(
            f"{base} is a model of the architecture {model.config.model_type}.",
            "An adapter can be made for Llamas only.",
        )
    settings = LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=list(TARGETS),
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # what peft calls in transformers is theirs
        return get_peft_model(model, settings)


def train(
    model: Any,
    sentences: Sequence[Sentence],
    llama: Any,
    recipe: LoraRecipe,
    base: Path,
    kept: Path,
    told: Callable[[int, int, float], None],
) -> None:
    """Train the adapter of ``model``; goes on where an earlier run of the same kind stood.

    Args:
        model: from :func:`adapted`.
        sentences: to learn from.
        llama: of the same file, for its tokenizer.
        recipe: how.
        base: the file that ``model`` was made of.
        kept: where the state lies after each epoch.
        told: called after each step with its number, how many there are, and its loss.

    Raises:
        ModelError: what is kept is damaged, or of another recipe, model or other sentences.
    """
    device = best_device()
    model.to(device)
    learned = torch.nn.ParameterList(p for p in model.parameters() if p.requires_grad)
    optimiser = torch.optim.AdamW(learned, lr=recipe.learning_rate, weight_decay=0.0)
    warm_up = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: min(1.0, (n + 1) / WARM_UP))
    torch.manual_seed(recipe.seed)
    learning = Learning(learned, optimiser, warm_up, np.random.default_rng(recipe.seed))
    with base.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    said = json.dumps([asdict(one) for one in sentences]).encode()
    checkpoint = Checkpoint(
        kept,
        recipe,
        learning,
        language_model=digest,
        set_of_sentences=hashlib.sha256(said).hexdigest(),
    )
    first, _ = checkpoint.resume()
    steps = math.ceil(len(sentences) / recipe.batch)
    model.train()
    for epoch in range(first, recipe.epochs):
        rows = examples(sentences, llama, learning.rng)
        for step in range(steps):
            begin = step * recipe.batch
            tokens, labels = batch_of(rows[begin : begin + recipe.batch])
            loss = answer_loss(model(input_ids=tokens.to(device)).logits, labels.to(device))
            learning.descend(loss, STEEPEST)
            told(epoch * steps + step + 1, recipe.epochs * steps, float(loss.detach()))
        checkpoint.save(epoch)
    model.cpu().eval()


def save(model: Any, path: Path, recipe: LoraRecipe) -> None:
    """Write the adapter of ``model`` as GGUF."""
    tensors = {
        name.removesuffix(".default.weight"): parameter.detach().float().numpy()
        for name, parameter in model.named_parameters()
        if "lora_" in name
    }
    heads = model.config.num_attention_heads
    write_adapter(path, tensors, alpha=float(recipe.alpha), heads=heads)


def told_apart(llama: Any, sentences: Sequence[Sentence]) -> float:
    """Area under the curve by what ``llama`` would say next, as the daemon asks it."""
    feeling = Feeling(llama, CONTINUATIONS[:1])
    truth = np.array([one.distress for one in sentences])
    return round(auc(truth, np.array([contrast(feeling(one.text)) for one in sentences])) or 0.5, 4)
