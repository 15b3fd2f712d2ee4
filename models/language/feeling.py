"""How a speaker sounds, by what a language model would say next.

Small models answer questions about distress hardly better than chance. Asked to go on with
``Someone said: "…" The speaker sounds``, they know: what adjectives they expect tells how the
words feel. Nothing is generated.
"""

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.headers.gguf import check_gguf
from models.language.adjectives import AT_EASE, BEFORE, CONTINUATIONS, DISTRESSED, WORDS

Float = NDArray[np.float32]

WITHOUT_ADAPTER: Final = (
    "Make it again for this model (distressd tune lora), or leave out [language] lora."
)
LEAST: Final = -30.0  # of a log-probability


def open_gguf(path: Path, *, threads: int, context: int, lora: Path | None = None) -> Any:
    """A llama.cpp model, on the graphics processor where llama.cpp was built for one.

    Raises:
        ModelError: the library is missing, or the file is no GGUF, cut short, or of an
            architecture that llama.cpp does not know; or the adapter is none, or another model's.
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
        _check_adapter(lora)
    try:
        llama = llama_cpp.Llama(
            str(path),
            n_ctx=context,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=-1 if llama_cpp.llama_supports_gpu_offload() else 0,
            verbose=False,
        )
    except (ValueError, RuntimeError, AssertionError) as error:
        raise ModelError(
            f"{path} cannot be loaded: it is damaged, cut short, or of an architecture that"
            f" llama.cpp does not know ({error}).",
            "Fetch it again, or name another in [language] llm.",
        ) from error
    if lora is not None and not _put_on(llama, lora):
        raise ModelError(f"The adapter {lora} is none, or not one for {path}.", WITHOUT_ADAPTER)
    return llama


def _put_on(llama: Any, lora: Path) -> bool:
    """Have ``llama`` use an adapter; False where it does not fit.

    Not by ``lora_path``: llama-cpp-python takes no notice of one that llama.cpp has refused.
    """
    import llama_cpp

    adapter = llama_cpp.llama_adapter_lora_init(llama.model, str(lora).encode())
    if not adapter:
        return False
    adapters = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(adapter)  # freed with the model
    scales = (ctypes.c_float * 1)(1.0)
    return not llama_cpp.llama_set_adapters_lora(llama.ctx, adapters, 1, scales)


def _check_adapter(lora: Path) -> None:
    """Whether the file is a whole GGUF.

    Raises:
        ModelError: it is not; with what to do about an adapter.
    """
    try:
        check_gguf(lora)
    except ModelError as error:
        raise ModelError(f"The adapter cannot be used: {error.message}", WITHOUT_ADAPTER) from error


class Feeling:
    """What a model would say next; for one thread at a time.

    Args:
        llama: from :func:`open_gguf`. Others may use it between calls.
        continuations: texts after the quotation; the first is the one that the contrast reads.
    """

    def __init__(self, llama: Any, continuations: Sequence[str] = CONTINUATIONS) -> None:
        import llama_cpp

        self._llama = llama
        self._logits_of = llama_cpp.llama_get_logits_ith
        self._prefix = llama.tokenize(BEFORE.encode(), add_bos=True)
        self._suffixes = [llama.tokenize(one.encode(), add_bos=False) for one in continuations]
        self._words = np.array(
            [llama.tokenize(f" {word}".encode(), add_bos=False)[0] for word in WORDS]
        )
        self._row = ctypes.c_float * llama.n_vocab()
        self._room = llama.n_ctx() - len(self._prefix) - max(map(len, self._suffixes))

    def __call__(self, text: str) -> Float:
        """Log-probability of each of WORDS after each continuation, one after the other, (m,)."""
        llama = self._llama
        if llama.n_tokens < len(self._prefix) or (
            llama.input_ids[: len(self._prefix)].tolist() != self._prefix
        ):
            llama.reset()
            llama.eval(self._prefix)
        # special=False: what was said is words, even where it looks like a control token.
        said = llama.tokenize(text.encode(), add_bos=False, special=False)[: self._room]
        found = []
        start, unread = len(self._prefix), said
        for suffix in self._suffixes:
            llama.n_tokens = start  # what follows is evaluated anew
            llama.eval([*unread, *suffix])
            start, unread = len(self._prefix) + len(said), []
            found.append(self._log_probabilities())
        return np.nan_to_num(np.concatenate(found), nan=LEAST, neginf=LEAST, posinf=0.0)

    def _log_probabilities(self) -> Float:
        llama = self._llama
        # Not by as_array with a shape, nor by cast: both leave reference cycles.
        first = self._logits_of(llama.ctx, -1).contents
        logits = np.frombuffer(self._row.from_address(ctypes.addressof(first)), np.float32)
        most = logits.max()
        return np.asarray(
            logits[self._words] - most - np.log(np.exp(logits - most).sum()), np.float32
        )


def contrast(
    felt: Float, distressed: Sequence[str] = DISTRESSED, at_ease: Sequence[str] = AT_EASE
) -> float:
    """Mean log-probability of distress less that of ease after the first continuation."""
    for_it, against = ([WORDS.index(word) for word in words] for words in (distressed, at_ease))
    return float(felt[for_it].mean() - felt[against].mean())
