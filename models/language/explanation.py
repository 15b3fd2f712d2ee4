"""What is wrong, in one word and one sentence, written under a grammar.

The grammar leaves the model no other output: one of the categories, and one sentence of plain
letters. Both describe; neither can raise or lower anything.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, get_args

from models.language.fidelity import borne_out, main_clause

Category = Literal[
    "fear", "pain", "threat", "medical", "call_for_help", "crying", "argument", "none"
]
CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
SENTENCES: Final[dict[Category, str]] = {
    "fear": "The words sound afraid.",
    "pain": "The words speak of pain.",
    "threat": "Somebody is threatened, attacked, or threatens another.",
    "medical": "The words speak of a medical emergency.",
    "call_for_help": "Somebody calls for help.",
    "crying": "The words speak of grief or despair.",
    "argument": "The words are of a quarrel.",
    "none": "The words say nothing of distress.",
}
TOKENS: Final = 36
TOLD: Final = "The speaker says that "
_SAID: Final = 'Someone said: "'
# A continuation, as for feeling: a small model that is shown examples repeats them.
_REASON: Final = '" In other words, the speaker says that'
_KIND: Final = f'" Of {", ".join(CATEGORIES)}, this is best called'
_SENTENCE: Final = 'root ::= " " [a-zA-Z] [a-zA-Z \']{10,90} "."\n'


def explain(llama: Any, said: str, categories: tuple[Category, ...]) -> tuple[Category, str | None]:
    """Category and sentence for ``said``, cleaned before; None where it says what was not said.

    Args:
        llama: from ``open_gguf``.
        said: one piece of a transcript.
        categories: those that the model may choose from.

    Raises:
        ValueError: the model wrote nothing that the grammar allows.
    """
    category = categories[0]
    if len(categories) > 1:
        allowed = " | ".join(f'" {one}"' for one in categories)
        written = _continue(llama, said, _KIND, f"root ::= {allowed}\n").strip()
        category = next((one for one in categories if one == written), category)
    written = _continue(llama, said, _REASON, _SENTENCE).strip()
    if not written.endswith("."):
        raise ValueError(f"the language model wrote {written[:80]!r}")
    told = main_clause(written)
    return category, f"{TOLD}{told}." if borne_out(told, said) else None


def _continue(llama: Any, said: str, after: str, grammar: str) -> str:
    """How the model goes on after the quotation, in words that ``grammar`` (GBNF) allows.

    Raises:
        ValueError: there is no room for the prompt and what may be written.
    """
    prompt = llama.tokenize(_SAID.encode(), add_bos=True)
    # special=False: what was said is words, even where it looks like a control token.
    prompt += llama.tokenize(said.encode(), add_bos=False, special=False)
    prompt += llama.tokenize(after.encode(), add_bos=False)
    if len(prompt) + TOKENS > llama.n_ctx():
        raise ValueError(f"{len(prompt)} tokens are too many to be continued")
    llama.reset()
    llama.eval(prompt)
    written: list[int] = []
    with _likeliest(llama, grammar) as following:
        for token in itertools.islice(iter(following, None), TOKENS):
            written.append(token)
            llama.eval([token])
    return str(llama.detokenize(written).decode("utf-8", "replace"))


@contextlib.contextmanager
def _likeliest(llama: Any, grammar: str) -> Iterator[Callable[[], int | None]]:
    """Gives the likeliest next token that ``grammar`` allows each time; None at the end.

    llama.cpp's own samplers, freed at once: those that ``create_completion`` makes hold 600 kB each
    in reference cycles, and a process that allocates little else in Python is seldom rid of them.
    """
    import llama_cpp

    vocabulary = llama_cpp.llama_model_get_vocab(llama.model)
    chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
    try:
        for one in (
            llama_cpp.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root"),
            llama_cpp.llama_sampler_init_greedy(),
        ):
            llama_cpp.llama_sampler_chain_add(chain, one)  # which frees it

        def following() -> int | None:
            token = int(llama_cpp.llama_sampler_sample(chain, llama.ctx, -1))
            return None if llama_cpp.llama_vocab_is_eog(vocabulary, token) else token

        yield following
    finally:
        llama_cpp.llama_sampler_free(chain)
