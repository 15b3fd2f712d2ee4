"""A LoRA adapter from peft's names and shapes to the GGUF file that llama.cpp reads.

llama.cpp keeps the rows of a Llama's query projection in another order than transformers: each
head's rotary pairs lie beside each other instead of half a head apart. An adapter's second
matrix makes those rows, so that its rows are put in the same order.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

Float = NDArray[np.float32]

ARCHITECTURE: Final = "llama"
_PARTS: Final = {"q_proj": "attn_q", "v_proj": "attn_v"}
_NAME: Final = re.compile(r"layers\.(\d+)\.self_attn\.(\w+)\.lora_([AB])\b")


def write_adapter(path: Path, tensors: Mapping[str, Float], *, alpha: float, heads: int) -> None:
    """Write the adapter.

    Args:
        path: replaced whole.
        tensors: by peft's names, ``lora_A`` (rank, in) and ``lora_B`` (out, rank).
        alpha: what the product is multiplied with, over the rank.
        heads: of the query projection.

    Raises:
        ModelError: a tensor is of another projection.
    """
    import gguf

    unfinished = path.with_suffix(".unfinished")
    writer = gguf.GGUFWriter(unfinished, ARCHITECTURE)
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, tensor in sorted(tensors.items()):
        found = _NAME.search(name)
        if found is None or found[2] not in _PARTS:
            raise ModelError(f"{name} is no part of an adapter for {', '.join(_PARTS)}.")
        layer, part, side = found.groups()
        rows = by_pairs(tensor, heads) if (part, side) == ("q_proj", "B") else tensor
        writer.add_tensor(
            f"blk.{layer}.{_PARTS[part]}.weight.lora_{side.lower()}",
            np.ascontiguousarray(rows, np.float32),
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unfinished.replace(path)


def by_pairs(rows: Float, heads: int) -> Float:
    """``rows``, (out, n), in llama.cpp's order: the halves of each head interleaved."""
    out, width = rows.shape
    halves = rows.reshape(heads, 2, out // heads // 2, width)
    return halves.swapaxes(1, 2).reshape(out, width)
