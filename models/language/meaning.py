"""Sentence embeddings: all-MiniLM-L6-v2 (int8, ONNX), a piece of text in, 384 numbers out."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.catalogue import MINILM
from models.errors import ModelError
from models.registry import find

Float = NDArray[np.float32]

SIZE: Final = 384
MOST_TOKENS: Final = 128


class Meaning:
    """For one thread at a time.

    Args:
        threads: of the processor.

    Raises:
        ModelError: the library or a file is missing, or cannot be read.
    """

    def __init__(self, threads: int = 1) -> None:
        model, tokens = find(MINILM), find(f"{MINILM}-tokenizer")
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ModelError(
                f"{error.name} is not installed, so that the meaning of words is not looked at.",
                "Install the extra: pip install 'distressd[language]'",
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(tokens))
        except Exception as error:  # neither library's exceptions have a common, public base
            raise ModelError(
                f"{model} and its tokenizer cannot be loaded ({error}).",
                f"Run `distressd models pull {MINILM}`.",
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)

    def __call__(self, text: str) -> Float:
        """The mean of the tokens' vectors, (384,), of length 1."""
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        mean = np.asarray(self._session.run(None, given)[0][0], np.float32).mean(axis=0)
        vector: Float = mean / np.float32(np.linalg.norm(mean) + 1e-12)
        return vector
