"""What tensors a network must have, asked when it is loaded rather than while it listens."""

from collections.abc import Mapping

from models.errors import ModelError
from models.networks.weights import Weights

Size = int | str
"""A number, or the name of one that is the same wherever the name stands."""


def require_shapes(
    weights: Weights, shapes: Mapping[str, tuple[Size, ...]], network: str
) -> dict[str, int]:
    """See that each tensor is there, in its shape.

    Args:
        weights: that are asked.
        shapes: by the tensor's name.
        network: whose they are; named where their file is not known.

    Returns:
        The sizes that have names.

    Raises:
        ModelError: a tensor is missing, or of another shape; it names the file where it is known.
    """
    sizes: dict[str, int] = {}
    for name, wanted in shapes.items():
        tensor = weights.tensors.get(name)
        if tensor is None:
            raise unfit(weights, network, f"it lacks {name}")
        expected = tuple(
            sizes.get(size, size) if isinstance(size, str) else size for size in wanted
        )
        fits = len(tensor.shape) == len(expected) and all(
            isinstance(size, str) or size == found
            for size, found in zip(expected, tensor.shape, strict=True)
        )
        if not fits:
            sizes_told = ", ".join(map(str, expected))
            raise unfit(weights, network, f"{name} is {tensor.shape} instead of ({sizes_told})")
        named = (
            pair for pair in zip(wanted, tensor.shape, strict=True) if isinstance(pair[0], str)
        )
        sizes |= {str(size): found for size, found in named}
    return sizes


def unfit(weights: Weights, network: str, why: str) -> ModelError:
    """The error of weights that this version cannot use as those of ``network``."""
    return ModelError(
        f"{weights.path or f'What is loaded as the {network}'} was made for another version of"
        f" distressd, or is no {network}: {why}.",
        "Use the weights that come along, or train them with this version.",
    )
