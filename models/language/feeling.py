"""How a speaker sounds, by what a language model would say next.

Small models answer questions about distress hardly better than chance. Asked to go on with
``Someone said: "…" The speaker sounds``, they know: the mean log-probability of adjectives of
distress is compared with that of adjectives of ease. Nothing is generated.
"""

import ctypes
import math
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.errors import ModelError
from models.headers.gguf import check_gguf

BEFORE: Final = 'Someone said: "'
AFTER: Final = '" The speaker sounds'
DISTRESSED: Final = (
    "scared", "terrified", "desperate", "hurt", "frightened", "distressed",
    "afraid", "threatened", "helpless", "injured", "panic",
)  # fmt: skip
AT_EASE: Final = (
    "calm", "happy", "relaxed", "cheerful", "bored", "excited",
    "casual", "friendly", "content", "pleased", "amused", "confident",
)  # fmt: skip


def open_gguf(path: Path, *, threads: int, context: int, lora: Path | None = None) -> Any:
    """A llama.cpp model, on the graphics processor where llama.cpp was built for one.

    Raises:
        ModelError: the library is missing, or the file is no GGUF, cut short, or of an
            architecture that llama.cpp does not know.
    """
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:  # its shared library may not load
        raise ModelError(
            f"llama-cpp-python is not installed or does not load ({error}).",
            "Install the extra: pip install 'distressd[language]'",
        ) from error
    check_gguf(path)  # llama.cpp ends the process over some of what it does not like
    if lora is not None:
        check_gguf(lora)
    try:
        return llama_cpp.Llama(
            str(path),
            n_ctx=context,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=-1 if llama_cpp.llama_supports_gpu_offload() else 0,
            lora_path=None if lora is None else str(lora),
            verbose=False,
        )
    except (ValueError, RuntimeError, AssertionError) as error:
        raise ModelError(
            f"{path} cannot be loaded: it is damaged, cut short, or of an architecture that"
            f" llama.cpp does not know ({error}).",
            "Fetch it again, or name another in [language] llm.",
        ) from error


class Feeling:
    """Compares two sets of adjectives; for one thread at a time.

    Args:
        llama: from :func:`open_gguf`. Others may use it between calls.
    """

    def __init__(self, llama: Any) -> None:
        import llama_cpp

        self._llama = llama
        self._logits_of = llama_cpp.llama_get_logits_ith
        self._prefix = llama.tokenize(BEFORE.encode(), add_bos=True)
        self._suffix = llama.tokenize(AFTER.encode(), add_bos=False)
        self._distressed = self._first_tokens(DISTRESSED)
        self._at_ease = self._first_tokens(AT_EASE)
        self._room = llama.n_ctx() - len(self._prefix) - len(self._suffix)

    def __call__(self, text: str) -> float:
        """Mean log-probability of distress less that of ease; positive speaks for distress."""
        llama = self._llama
        if llama.n_tokens < len(self._prefix) or (
            llama.input_ids[: len(self._prefix)].tolist() != self._prefix
        ):
            llama.reset()
            llama.eval(self._prefix)
        llama.n_tokens = len(self._prefix)  # what follows the prefix is evaluated anew
        # special=False: what was said is words, even where it looks like a control token.
        said = llama.tokenize(text.encode(), add_bos=False, special=False)
        llama.eval([*said[: self._room], *self._suffix])
        logits = np.ctypeslib.as_array(
            ctypes.cast(self._logits_of(llama.ctx, -1), ctypes.POINTER(ctypes.c_float)),
            (llama.n_vocab(),),
        )
        # The normalisation of the softmax is the same for both sets and drops out.
        difference = logits[self._distressed].mean() - logits[self._at_ease].mean()
        return float(difference) if math.isfinite(difference) else 0.0

    def _first_tokens(self, words: tuple[str, ...]) -> Any:
        first = {self._llama.tokenize(f" {word}".encode(), add_bos=False)[0] for word in words}
        return np.array(sorted(first))
